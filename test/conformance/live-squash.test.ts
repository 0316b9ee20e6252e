// A dracut that squashes its initrd: Debian's module `squash` and what it calls, laid over the root tree. Judges: cpio and unsquashfs.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { quietRun } from '../../src/io/content.js';
import { buildLiveIso } from '../../src/live/index.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { oncePerMachine } from '../support/once.js';
import { judge, kernelOracle, oraclesRequired } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const SECONDS = 900;
const root = presentDebianRoot();
const PACKAGES = 'dracut-squash,squashfs-tools';
const tree = join(scratch, 'tree');
let isMounted = false;

afterAll(() => {
  if (isMounted) succeed('umount', [tree]);
});

/** The packages of the root tree's release and what they need, unpacked; undefined if they cannot be had. */
async function squashPackages(): Promise<string | undefined> {
  try {
    return await oncePerMachine('squash-packages', (into) => {
      const args = ['--quiet', '--variant=extract', `--include=${PACKAGES}`, '--mode=root', 'bookworm', into];
      const made = spawnSync('mmdebstrap', [...args, 'http://deb.debian.org/debian'], { encoding: 'utf8' });
      if (made.status !== 0) throw new Error(`mmdebstrap: ${made.stderr ?? made.error}`);
    });
  } catch (error) {
    if (oraclesRequired) throw error;
    return undefined;
  }
}

/** The root tree over these packages, and a configuration that asks for the module. */
function mountTree(packages: string): void {
  const [upper, work] = [join(scratch, 'upper'), join(scratch, 'work')];
  const libraries = 'lib/x86_64-linux-gnu';
  for (const directory of [tree, work, join(upper, 'etc/dracut.conf.d'), join(upper, 'usr', libraries)]) {
    mkdirSync(directory, { recursive: true });
  }
  const configuration = 'add_dracutmodules+=" squash "\nsquash_compress="lz4"\n';
  writeFileSync(join(upper, 'etc/dracut.conf.d/10-squash.conf'), configuration);
  // In the root tree /lib is a link to usr/lib, which hides a directory of the packages.
  for (const name of readdirSync(join(packages, libraries)).filter((name) => name.startsWith('liblzo2'))) {
    cpSync(join(packages, libraries, name), join(upper, 'usr', libraries, name), { verbatimSymlinks: true });
  }
  const layers = `lowerdir=${root}:${packages},upperdir=${upper},workdir=${work}`;
  succeed('mount', ['-t', 'overlay', 'overlay', '-o', layers, tree]);
  isMounted = true;
}

kernelOracle(
  'mmdebstrap',
  'xorriso',
  'cpio',
  'unsquashfs',
)(
  'an initrd that dracut squashes is not compressed again, and the report says so',
  async ({ skip }) => {
    const packages = root === undefined ? undefined : await squashPackages();
    if (packages === undefined) return skip('there is no Debian root tree, or no package dracut-squash');
    mountTree(packages);
    const targetDirectory = join(scratch, 'target');
    mkdirSync(targetDirectory);
    const { image, initrd, notes } = await buildLiveIso(
      {
        input: { root: tree },
        description: { directory: 'fixtures/debian-live' },
        compression: { name: 'lz4', level: 1 },
        targetDirectory,
      },
      quietRun(2),
    );
    expect(initrd).toMatchObject({ compression: { name: 'none', engine: 'none' }, unpackedSize: initrd.size });
    expect(notes).toContain('The initrd is not compressed: dracut put a squashfs into it, which is compressed.');

    const path = join(scratch, 'initrd');
    judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/boot/x86_64/loader/initrd', path]);
    rmSync(image);
    const unpacked = join(scratch, 'unpacked');
    mkdirSync(unpacked);
    succeed('sh', ['-c', 'cd "$1" && cpio -id --quiet <"$2"', 'sh', unpacked, path]);
    const listed = judge('unsquashfs', ['-l', join(unpacked, 'squash-root.img')]).stdout;
    expect(listed).toContain('squashfs-root/usr/lib/systemd/systemd\n');
    expect(listed).toMatch(/dracut\/hooks\/.*kiwi-live/);
  },
  SECONDS * 1000,
);
