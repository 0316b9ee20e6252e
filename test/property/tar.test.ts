// Random awkward archives of GNU tar, bsdtar and Python's tarfile, unpacked by GNU tar as root, beside our tree of them.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { quietRun } from '../../src/io/content.js';
import { scanTarball } from '../../src/source/index.js';
import { walk } from '../../src/tree/walk.js';
import { judge, kernelOracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';
import { describeDirectory, describeTree } from '../support/trees.js';

const scratch = scratchDirectory();
const unpacked = join(scratch, 'unpacked');
const SCRIPT = fileURLToPath(new URL('../support/awkward-archives.py', import.meta.url));
const seeds = (count: number) =>
  fc.sample(fc.uniqueArray(fc.nat(2 ** 31).map(String), { minLength: count, maxLength: count }), 1)[0]!;

/** Makes all in one run of Python; `judgeOne` gets the path of each, and an error names its seed. */
async function each(
  what: 'tree' | 'archive',
  given: readonly string[],
  judgeOne: (path: string, place: number) => Promise<void>,
): Promise<void> {
  const made = join(scratch, what);
  mkdirSync(made);
  succeed('python3', [SCRIPT, what, made, ...given]);
  for (const [place, one] of given.entries()) {
    rmSync(unpacked, { recursive: true, force: true });
    mkdirSync(unpacked);
    try {
      await judgeOne(join(made, one), place);
    } catch (error) {
      throw new Error(`The ${what} of seed ${one}: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** Unpacks with everything that the program restores. */
function unpack(tool: string, archive: string, options: readonly string[]): number {
  return judge(tool, ['-C', unpacked, '-p', ...options, '-xf', archive]).status;
}

const GNU_RESTORES = [
  ...['--delay-directory-restore', '--numeric-owner', '--same-owner'],
  ...['--acls', '--xattrs', '--xattrs-include=*'],
];

/** bsdtar gives an attribute a second time, under its name as it is encoded: without these. */
function withoutEncoded(xattrs: readonly string[]): readonly string[] {
  const plain = (text: string) =>
    text.replace(/%([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return xattrs.filter((one) => plain(one) === one || !xattrs.includes(plain(one)));
}

async function compare(archive: string, writer: string): Promise<void> {
  const tree = await scanTarball(fromText(archive), { spool: fromText(join(scratch, 'spool')) }, quietRun());
  const [ours, theirs] = [await describeTree(tree), describeDirectory(unpacked)];
  if (writer === 'bsdtar') {
    for (const [path, facts] of theirs) {
      Object.assign(facts, { xattrs: withoutEncoded(facts.xattrs) });
      // It writes -0.25 as -1.75, which POSIX and GNU tar read as another time.
      if (facts.mtime.seconds < 0)
        for (const one of [facts, ours.get(path)]) Object.assign(one ?? {}, { mtime: undefined });
    }
  }
  // The directory that GNU tar unpacks into exists already.
  for (const facts of [ours, theirs]) facts.delete('');
  expect([...ours.keys()].sort()).toEqual([...theirs.keys()].sort());
  for (const { path, node } of walk(tree)) {
    // Directories that the archive does not list have what the one who unpacks gives them.
    if (node.kind === 'directory' && node.implied) for (const facts of [ours, theirs]) facts.delete(path);
  }
  for (const [path, facts] of ours) expect({ path, ...facts }).toEqual({ path, ...theirs.get(path) });
}

const GNU = ['--format=gnu', '--format=oldgnu', '--format=posix', '--format=ustar', '--format=v7'];
const writers = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...GNU),
      fc.constantFrom<readonly string[]>(
        [],
        ['--sparse'],
        ['--sparse', '--sparse-version=0.0'],
        ['--sparse', '--sparse-version=0.1'],
      ),
      fc.constantFrom('.', './', '././', './/.'),
    )
    .map(([format, sparse, start]) => {
      const extras = format === '--format=posix' ? ['--acls', '--xattrs', '--xattrs-include=*'] : [];
      return { tool: 'tar', options: ['--numeric-owner', format, ...sparse, ...extras], start };
    }),
  fc
    .constantFrom('pax', 'gnutar', 'ustar', 'v7')
    .map((format) => ({ tool: 'bsdtar', options: ['--numeric-owner', `--format=${format}`], start: '.' })),
);

kernelOracle(
  'tar',
  'bsdtar',
  'python3',
  'setfacl',
  'getfattr',
)('archives of trees', async () => {
  const choices = fc.sample(writers, runs(60));
  let compared = 0;
  await each('tree', seeds(runs(60)), async (tree, place) => {
    const archive = join(scratch, 'archive.tar');
    const { tool, options, start } = choices[place]!;
    // Where the program refuses its options, the archive of another tree and another program would be compared.
    rmSync(archive, { force: true });
    // Metadata that a format cannot store is left out with a warning.
    judge(tool, ['-C', tree, ...options, '-cf', archive, start]);
    // GNU tar does not read the attributes that bsdtar encodes.
    const restored = tool === 'tar' ? GNU_RESTORES : ['--numeric-owner', '--acls', '--xattrs'];
    if (unpack(tool, archive, restored) !== 0) return;
    await compare(archive, tool);
    compared++;
  });
  expect(compared).toBeGreaterThan(runs(60) / 3);
});

/**
 * Whether an archive has a directory whose attributes GNU tar may set on something else, or not as the archive says: under two spellings
 * it restores the one or the other last, with --delay-directory-restore the earlier; and those of a directory that a later entry
 * replaces go to that entry if the file system gave it the same inode number.
 */
function hasUnsettledDirectories(archive: string): boolean {
  const spelled = new Map<string, string>();
  for (const name of judge('tar', ['-tf', archive]).stdout.split('\n')) {
    const plain = name
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/');
    if ((spelled.get(plain) ?? name) !== name) return true;
    if (name.endsWith('/')) spelled.set(plain, name);
  }
  return false;
}

kernelOracle('tar', 'python3')('archives entry by entry, with names that come again', async () => {
  let compared = 0;
  await each('archive', seeds(runs(100)), async (archive) => {
    // GNU tar refuses what cannot be unpacked, such as an entry below a file; so may we.
    if (unpack('tar', archive, GNU_RESTORES) !== 0 || hasUnsettledDirectories(archive)) return;
    compared++;
    await compare(archive, 'tarfile');
  });
  expect(compared).toBeGreaterThan(runs(100) / 10);
});
