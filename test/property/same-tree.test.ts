// One tree by directory, archive, memory and image: the same bytes in every format, with every feature.
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type ByteString, fromText, timestamp } from '../../src/bytes/index.js';
import { planDisc } from '../../src/disc/index.js';
import { extractTree } from '../../src/extract/index.js';
import { openErofs, planErofs } from '../../src/format/erofs/index.js';
import { openExt4, planExt4 } from '../../src/format/ext4/index.js';
import { planFat } from '../../src/format/fat/index.js';
import { openIso } from '../../src/format/iso9660/index.js';
import { openSquashfs, planSquashfs } from '../../src/format/squashfs/index.js';
import { bytesSource, type Content, collect, createDigest, quietRun } from '../../src/io/index.js';
import { loadNative } from '../../src/native/index.js';
import { scanDirectory, scanTarball } from '../../src/source/index.js';
import { FileTree, file, type Node, overrideAll, prepareTree, shareDuplicates, symlink } from '../../src/tree/index.js';
import { ENGINE } from '../support/engines.js';
import { judge, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { GZIP, STORED } from '../support/squashfs-images.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const EPOCH = timestamp(1_600_000_000);
const run = quietRun(2);
const common = { epoch: EPOCH, seed: 's' };

type Planner = (tree: FileTree) => Content | Promise<Content>;
const formats: Record<string, Planner> = {
  ext4: (tree) => planExt4(tree, common),
  'ext4 with data in inodes': (tree) => planExt4(tree, { ...common, features: 'inline_data', inodeSize: 512 }),
  'ext4 without checksums': (tree) => planExt4(tree, { ...common, profile: 'minimal', blockSize: 1024 }),
  'squashfs uncompressed': (tree) => planSquashfs(tree, { compression: STORED, epoch: EPOCH }),
  'squashfs gzip, tails packed': (tree) =>
    planSquashfs(tree, { compression: GZIP, epoch: EPOCH, blockSize: 4096, tailPacking: true }),
  'squashfs, equal files once': async (tree) =>
    planSquashfs(await shareDuplicates(tree, run), { compression: STORED, epoch: EPOCH }),
  erofs: (tree) => planErofs(tree, common),
  'erofs of small blocks, nothing inline': (tree) =>
    planErofs(tree, { ...common, blockSize: 512, inlineData: false, inodes: 'extended' }),
  'erofs lz4': (tree) => planErofs(tree, { ...common, compression: { name: 'lz4', engine: ENGINE } }),
  'erofs deflate, tails packed': (tree) =>
    planErofs(tree, {
      ...common,
      compression: { name: 'deflate', engine: ENGINE },
      clusterSize: 65_536,
      tailPacking: true,
    }),
  iso: (tree) => planDisc(tree, common),
  'iso with udf and joliet': (tree) => planDisc(tree, { ...common, joliet: true, udf: '2.01' }),
  fat: (tree) => planFat(tree, common),
  'erofs in chunks, equal files once': async (tree) =>
    planErofs(await shareDuplicates(tree, run), { ...common, chunkSize: 16_384 }),
  'erofs lz4, fragments, equal data once': (tree) =>
    planErofs(tree, {
      ...common,
      compression: { name: 'lz4' },
      clusterSize: 16_384,
      fragments: 'ends',
      dedupe: true,
    }),
  'erofs zstd, ends in inodes': (tree) =>
    planErofs(tree, { ...common, compression: { name: 'zstd', level: 1 }, tailPacking: true }),
};

interface Spec {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'symlink';
  readonly size: number;
  readonly seed: number;
}

// Around what an inode holds, what a block holds, and what is read at once.
const sizes = [0, 1, 59, 60, 61, 100, 159, 160, 161, 350, 4095, 4096, 4097, 70_000, 131_073, 300_000];
const specs = fc.uniqueArray(
  fc.record({
    path: fc.tuple(fc.constantFrom('', 'a/', 'a/b/', 'c/'), fc.constantFrom('f', 'g', 'h', 'i', 'long name.text')),
    kind: fc.constantFrom('file', 'file', 'file', 'link', 'symlink'),
    size: fc.constantFrom(...sizes),
    seed: fc.integer({ min: 1, max: 3 }),
  }),
  { selector: ({ path }) => path.join(''), minLength: 1, maxLength: 12 },
);

const MODE = 0o640;

/** The tree in memory. A link is one more name of the file before it. */
function inMemory(list: readonly Spec[]): FileTree {
  const nodes: Record<string, Node> = {};
  let last: Node | undefined;
  for (const { path, kind, size, seed } of list) {
    if (kind === 'symlink') nodes[path] = symlink(fromText(`to-${seed}`));
    else if (kind === 'link' && last) nodes[path] = last;
    else nodes[path] = last = file(bytesSource(noise(size, seed)), { mode: MODE });
  }
  return FileTree.of(nodes);
}

function onDisk(list: readonly Spec[], top: string): void {
  mkdirSync(top, { mode: 0o755 });
  chmodSync(top, 0o755);
  let last: string | undefined;
  for (const { path, kind, size, seed } of list) {
    const at = join(top, path);
    let dir = top;
    for (const name of path.split('/').slice(0, -1)) {
      dir = join(dir, name);
      mkdirSync(dir, { recursive: true });
      chmodSync(dir, 0o755);
    }
    if (kind === 'symlink') symlinkSync(`to-${seed}`, at);
    else if (kind === 'link' && last) linkSync(last, at);
    else {
      writeFileSync(at, noise(size, seed));
      chmodSync(at, MODE);
      last = at;
    }
  }
}

/** The tree from everywhere, with owners and times that no source decides. */
async function everywhere(list: readonly Spec[], dir: string): Promise<Record<string, FileTree>> {
  const top = join(dir, 'tree');
  const archive = join(dir, 'archive');
  onDisk(list, top);
  expect(judge('tar', ['-C', top, '--format=pax', '-cf', archive, '.'])).toMatchObject({ status: 0 });
  const memory = settled(inMemory(list));
  const squashfs = await collect(planSquashfs(memory, { compression: GZIP, epoch: EPOCH }), run);
  const ext4 = await collect(planExt4(memory, common), run);
  const erofs = await collect(
    planErofs(memory, { ...common, compression: { name: 'lz4', engine: ENGINE }, clusterSize: 16_384 }),
    run,
  );
  // The older version of Rock Ridge keeps no hard links.
  const disc = await collect(planDisc(memory, { ...common, rockRidge: '1.12' }), run);
  const extracted = await openSquashfs(bytesSource(squashfs));
  const engines = (['native', 'portable'] as const).filter((engine) => engine === 'portable' || loadNative().addon);
  const scanned = await Promise.all(
    engines.map(async (engine) => [`directory, ${engine}`, await scanDirectory(fromText(top), { engine })] as const),
  );
  return {
    memory,
    ...Object.fromEntries(scanned),
    'directory that an image was extracted to': await scanDirectory(await extractedTo(dir, await extracted.tree())),
    archive: await scanTarball(fromText(archive), { spool: fromText(join(dir, 'spool')) }, run),
    squashfs: await (await openSquashfs(bytesSource(squashfs))).tree(),
    ext4: await (await openExt4(bytesSource(ext4))).tree(),
    erofs: await (await openErofs(bytesSource(erofs))).tree(),
    iso: await (await openIso(bytesSource(disc))).tree(),
  };
}

async function extractedTo(dir: string, tree: FileTree): Promise<ByteString> {
  const to = fromText(join(dir, 'extracted'));
  await extractTree(tree, to);
  return to;
}

function settled(tree: FileTree): FileTree {
  const { tree: prepared } = prepareTree(tree, {
    exclude: ['/lost+found' as ByteString],
    ownership: { uid: 0, gid: 0 },
    xattrs: false,
  });
  return overrideAll(prepared, { mtime: EPOCH });
}

async function digestOf(content: Content): Promise<string> {
  const digest = createDigest('sha256');
  digest.update(await collect(content, run));
  return digest.hex();
}

oracle('tar')('the same tree gives the same bytes, whatever it comes from', async () => {
  await fc.assert(
    fc.asyncProperty(specs, async (drawn) => {
      const list = drawn.map(({ path, ...rest }) => ({ ...rest, path: path.join('') }) as Spec);
      const dir = mkdtempSync(join(scratch, 'same-'));
      const trees = await everywhere(list, dir);
      for (const [format, plan] of Object.entries(formats)) {
        const expected = await digestOf(await plan(trees['memory']!));
        for (const [source, tree] of Object.entries(trees)) {
          expect([format, source, await digestOf(await plan(settled(tree)))]).toEqual([format, source, expected]);
        }
      }
      rmSync(dir, { recursive: true });
    }),
    { numRuns: runs(6) },
  );
});
