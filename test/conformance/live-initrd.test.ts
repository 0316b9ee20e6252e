// The initrd on the medium against the one that the root tree's dracut makes by itself. Judges: cpio, lsinitrd, the tools of
// the codecs.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/index.js';
import { chooseStreamCompression, type StreamCompressionName } from '../../src/compress/index.js';
import { fileContent } from '../../src/io/file.js';
import { asBytes, quietRun } from '../../src/io/index.js';
import { withBuildContext } from '../../src/live/build/build-context.js';
import { buildLiveIso } from '../../src/live/index.js';
import { dracutOptions, dracutRecipe, renderConfiguration } from '../../src/live/initrd/live-modules.js';
import { packInitrd } from '../../src/live/initrd/pack.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { ENGINE } from '../support/engines.js';
import { judge, kernelOracle, oraclesRequired } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const SECONDS = 900;
const root = presentDebianRoot();
const NO_ROOT = 'there is no Debian root tree: `npm test` makes one as root, ISOPRESS_TEST_ROOT names one';
const LOADER = '/boot/x86_64/loader/initrd';
const UNPACK: Readonly<Record<StreamCompressionName, readonly string[]>> = {
  gzip: ['gzip', '-dc'],
  xz: ['xz', '-dc'],
  zstd: ['zstd', '-dc'],
  lz4: ['lz4', '-dc'],
  lzo: ['lzop', '-dc'],
};

/** The root tree with microcode in its firmware, so that dracut makes an early archive. */
const tree = join(scratch, 'tree');
let isMounted = false;

beforeAll(() => {
  if (root === undefined && oraclesRequired) throw new Error(NO_ROOT);
  if (root === undefined || process.getuid?.() !== 0) return;
  const [upper, work] = [join(scratch, 'upper'), join(scratch, 'work')];
  for (const directory of [tree, work, join(upper, 'usr/lib/firmware/intel-ucode')]) {
    mkdirSync(directory, { recursive: true });
  }
  writeFileSync(join(upper, 'usr/lib/firmware/intel-ucode/06-00-00'), noise(20_000, 4));
  succeed('mount', ['-t', 'overlay', 'overlay', '-o', `lowerdir=${root},upperdir=${upper},workdir=${work}`, tree]);
  isMounted = true;
});
afterAll(() => {
  if (isMounted) succeed('umount', [tree]);
});

/** The initrd of an ISO that is built with these options, as a file. */
async function initrdOf(name: string, compression: StreamCompressionName | 'none', from: string) {
  const targetDirectory = join(scratch, name);
  mkdirSync(targetDirectory);
  const report = await buildLiveIso(
    {
      input: { root: from },
      description: { directory: 'fixtures/debian-live' },
      initrd: { compression: { name: compression } },
      compression: { name: 'lz4', level: 1 },
      engine: ENGINE,
      targetDirectory,
    },
    quietRun(2),
  );
  const path = join(targetDirectory, 'initrd');
  judge('xorriso', ['-osirrox', 'on', '-indev', report.image, '-extract', LOADER, path]);
  return { path, report: report.initrd };
}

describe('an initrd with microcode', () => {
  let plain = '';

  kernelOracle('xorriso', 'lsinitrd', 'cpio')(
    'starts with the early archive as dracut makes it, uncompressed',
    async ({ skip }) => {
      if (root === undefined) return skip(NO_ROOT);
      const { path, report } = await initrdOf('plain', 'none', tree);
      plain = path;
      expect(report).toMatchObject({ compression: { name: 'none' }, unpackedSize: report.size });
      const early = judge('sh', ['-c', 'cpio -it --quiet <"$1"', 'sh', path]).stdout.split('\n');
      expect(early).toEqual(expect.arrayContaining(['early_cpio', 'kernel/x86/microcode/GenuineIntel.bin']));
      expect(judge('lsinitrd', [path]).stdout).toContain('Early CPIO image');
    },
    SECONDS * 1000,
  );

  for (const [name, [tool, ...words]] of Object.entries(UNPACK) as [StreamCompressionName, string[]][]) {
    kernelOracle(tool!, 'lsinitrd')(
      `is the same archive in ${name}`,
      async ({ skip }) => {
        if (plain === '') return skip(NO_ROOT);
        const content = fileContent(fromText(plain), readFileSync(plain).length);
        const stream = chooseStreamCompression({ name, engine: ENGINE });
        const choice = { by: 'isopress', stream, reason: '' } as const;
        const made = { file: content, appended: undefined, isSquashed: false };
        const packed = await packInitrd(made, choice, quietRun(2));
        const parts: Uint8Array[] = [];
        for await (const piece of asBytes(packed.content.pieces(quietRun(2)) as AsyncIterable<Uint8Array>)) {
          parts.push(piece.slice());
        }
        const path = join(scratch, `initrd.${name}`);
        writeFileSync(path, Buffer.concat(parts));
        const whole = readFileSync(plain);
        const start = startOfSecond(whole);
        expect(Buffer.compare(readFileSync(path).subarray(0, start), whole.subarray(0, start))).toBe(0);
        const rest = join(scratch, 'rest');
        writeFileSync(rest, whole.subarray(start));
        const script = 'at=$1 path=$2 rest=$3; shift 3; tail -c "+$at" "$path" | "$@" | cmp - "$rest"';
        const compared = judge('sh', ['-c', script, 'sh', `${start + 1}`, path, rest, tool!, ...words]);
        expect(compared).toMatchObject({ status: 0, stdout: '' });
        const listed = judge('lsinitrd', [path]).stdout;
        expect(listed).toContain('Early CPIO image');
        expect(listed).toMatch(/usr\/lib\/systemd\/systemd\n/);
      },
      SECONDS * 1000,
    );
  }
});

kernelOracle('xorriso', 'gzip', 'cpio')(
  'an initrd on a medium is what dracut makes by itself, entry by entry, and no larger than its gzip',
  async ({ skip }) => {
    if (root === undefined) return skip(NO_ROOT);
    const { path, report } = await initrdOf('gzip', 'gzip', root);
    const own = await ownInitrd(root);
    const unpacked = join(scratch, 'unpacked');
    succeed('sh', ['-c', 'gzip -dc "$1" >"$2"', 'sh', path, unpacked]);
    const listing = (file: string) => judge('sh', ['-c', 'cpio -itvn --quiet <"$1"', 'sh', file]).stdout;
    expect(listing(unpacked)).toBe(listing(own));
    expect(judge('cmp', [unpacked, own])).toMatchObject({ status: 0 });
    expect(report.unpackedSize).toBe(readFileSync(own).length);
    const { stdout } = judge('sh', ['-c', 'gzip -9nc "$1" | wc -c', 'sh', own]);
    expect(report.size).toBeLessThanOrEqual(Number(stdout));
  },
  SECONDS * 1000,
);

/** The file that dracut leaves for the same description when nothing here touches it. */
async function ownInitrd(directory: string): Promise<string> {
  const targetDirectory = join(scratch, 'own');
  mkdirSync(targetDirectory);
  const options = { input: { root: directory }, description: { directory: 'fixtures/debian-live' }, targetDirectory };
  const path = join(scratch, 'own.initrd');
  await withBuildContext(options, quietRun(2), async ({ plan: { description, kernel }, dracut }) => {
    const { runnable } = dracut!;
    const recipe = dracutRecipe(description.type.flags, description.generation);
    const modules = recipe.add.filter((name) => runnable.modules!.has(name));
    const args = [
      ...dracutOptions(recipe, modules, { by: 'nobody', reason: '' }),
      ...runnable.options,
      ...[`${runnable.inside}/initrd`, kernel.version],
    ];
    await runnable.call(args, quietRun(), () => {}, renderConfiguration(recipe, modules));
    copyFileSync(join(runnable.outside, 'initrd'), path);
  });
  return path;
}

/** Where the archive after the early one starts: at the first byte after its trailer that is no padding. */
function startOfSecond(initrd: Buffer): number {
  let at = initrd.indexOf('TRAILER!!!') + 'TRAILER!!!'.length;
  while (initrd[at] === 0) at++;
  return at;
}
