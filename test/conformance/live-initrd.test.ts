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

/** The initrd of an ISO that is built of the tree, as a file. */
async function initrdOfMedium() {
  const targetDirectory = join(scratch, 'medium');
  mkdirSync(targetDirectory);
  const report = await buildLiveIso(
    {
      input: { root: tree },
      description: { directory: 'fixtures/debian-live' },
      initrd: { compression: { name: 'gzip' } },
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

const listing = (file: string) => judge('sh', ['-c', 'cpio -itvn --quiet <"$1"', 'sh', file]).stdout;
/** The archive after the early one, by cpio. */
const second = (file: string, into: string) => {
  writeFileSync(into, readFileSync(file).subarray(startOfSecond(readFileSync(file))));
  return into;
};

describe('an initrd with microcode', () => {
  /** The early archive, and another one with part of what dracut packs. */
  const part = join(scratch, 'part');
  let own = '';

  kernelOracle(
    'xorriso',
    'lsinitrd',
    'gzip',
    'cpio',
  )(
    'is on a medium what dracut makes by itself, entry by entry, with the early archive uncompressed',
    async ({ skip }) => {
      if (root === undefined) return skip(NO_ROOT);
      const { path, report } = await initrdOfMedium();
      own = await ownInitrd(tree);
      const start = startOfSecond(readFileSync(own));
      expect(Buffer.compare(readFileSync(path).subarray(0, start), readFileSync(own).subarray(0, start))).toBe(0);
      const early = judge('sh', ['-c', 'cpio -it --quiet <"$1"', 'sh', path]).stdout.split('\n');
      expect(early).toEqual(expect.arrayContaining(['early_cpio', 'kernel/x86/microcode/GenuineIntel.bin']));
      expect(judge('lsinitrd', [path]).stdout).toContain('Early CPIO image');
      const [theirs, ours] = [second(own, join(scratch, 'theirs')), join(scratch, 'ours')];
      succeed('sh', ['-c', 'tail -c "+$1" "$2" | gzip -dc >"$3"', 'sh', `${start + 1}`, path, ours]);
      expect(listing(ours)).toBe(listing(theirs));
      expect(judge('cmp', [ours, theirs])).toMatchObject({ status: 0 });
      expect(report).toMatchObject({ compression: { name: 'gzip' }, unpackedSize: readFileSync(own).length });
    },
    SECONDS * 1000,
  );

  kernelOracle('gzip', 'cpio')('needs no more bytes than with gzip -9, and can stay uncompressed', async ({ skip }) => {
    if (own === '') return skip(NO_ROOT);
    makePart();
    expect(Buffer.compare(await packed('none'), readFileSync(part))).toBe(0);
    const { stdout } = judge('sh', ['-c', 'gzip -9nc "$1" | wc -c', 'sh', second(part, join(scratch, 'rest'))]);
    const made = await packed('gzip');
    expect(made.length - startOfSecond(made)).toBeLessThanOrEqual(Number(stdout));
  });

  for (const [name, [tool, ...words]] of Object.entries(UNPACK) as [StreamCompressionName, string[]][]) {
    kernelOracle(tool!, 'lsinitrd')(
      `is the same archive in ${name}`,
      async ({ skip }) => {
        if (own === '') return skip(NO_ROOT);
        const path = join(scratch, `initrd.${name}`);
        writeFileSync(path, await packed(name));
        const whole = readFileSync(part);
        const start = startOfSecond(whole);
        expect(Buffer.compare(readFileSync(path).subarray(0, start), whole.subarray(0, start))).toBe(0);
        const script = 'at=$1 path=$2 rest=$3; shift 3; tail -c "+$at" "$path" | "$@" | cmp - "$rest"';
        const rest = second(part, join(scratch, 'rest'));
        const compared = judge('sh', ['-c', script, 'sh', `${start + 1}`, path, rest, tool!, ...words]);
        expect(compared).toMatchObject({ status: 0, stdout: '' });
        const listed = judge('lsinitrd', [path]).stdout;
        expect(listed).toContain('Early CPIO image');
        expect(listed).toMatch(/usr\/lib\/systemd\/systemd\n/);
      },
      SECONDS * 1000,
    );
  }

  /** Without kernel modules and libraries, which are most of it: the codecs take minutes for all. */
  function makePart(): void {
    const [all, directory] = [second(own, join(scratch, 'all')), join(scratch, 'unpacked')];
    mkdirSync(directory);
    const script = `cd "$2" && cpio -idm --quiet -f 'usr/lib/modules/*' 'usr/lib/x86_64-linux-gnu/*' <"$1" && find . | cpio -o -H newc --quiet`;
    const start = readFileSync(own).subarray(0, startOfSecond(readFileSync(own)));
    succeed('sh', ['-c', `( ${script} ) >"$3"`, 'sh', all, directory, join(scratch, 'some')]);
    writeFileSync(part, Buffer.concat([start, readFileSync(join(scratch, 'some'))]));
  }

  async function packed(name: StreamCompressionName | 'none'): Promise<Buffer> {
    const content = fileContent(fromText(part), readFileSync(part).length);
    const choice =
      name === 'none'
        ? ({ by: 'nobody', reason: '' } as const)
        : ({ by: 'isopress', stream: chooseStreamCompression({ name, engine: ENGINE }), reason: '' } as const);
    const made = { file: content, appended: undefined, isSquashed: false };
    const { content: result } = await packInitrd(made, choice, quietRun(2));
    const parts: Uint8Array[] = [];
    for await (const piece of asBytes(result.pieces(quietRun(2)) as AsyncIterable<Uint8Array>)) {
      parts.push(piece.slice());
    }
    return Buffer.concat(parts);
  }
});

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
