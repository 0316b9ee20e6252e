// Emitting is a function of tree and options alone, every image stays within its plan, and the kernel shows the tree.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ClusterRequest } from '../../src/compress/index.js';
import { type ErofsOptions, findEqualChunks, planErofs } from '../../src/format/erofs/index.js';
import { superblock } from '../../src/format/erofs/superblock.js';
import { type Data, type ExactContent, quietRun } from '../../src/io/content.js';
import { exactContent } from '../../src/io/exact.js';
import { collect } from '../../src/io/memory.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import { mapNodes } from '../../src/tree/rewrite.js';
import { EROFS, EROFS_EPOCH, erofsBytes, writeErofs } from '../support/erofs-images.js';
import { kernelOracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { asLinuxShows } from '../support/squashfs-images.js';
import { mounted } from '../support/tools.js';
import { describeDirectory, describeTree, reversedTree, treeArbitrary } from '../support/trees.js';

const CODECS: readonly (ClusterRequest | undefined)[] = [
  undefined,
  { name: 'lz4' },
  { name: 'lz4hc', level: 3 },
  { name: 'lzma', level: 0 },
  { name: 'deflate', level: 1 },
  { name: 'zstd', level: 1 },
];

interface Switches extends Partial<ErofsOptions> {
  /** Whether equal chunks are stored once. */
  readonly shareChunks?: boolean;
}

const switches: fc.Arbitrary<Switches> = fc
  .record({
    compression: fc.oneof(fc.constant(undefined), fc.constantFrom(...CODECS)),
    blockSize: fc.constantFrom(512, 1024, 2048, 4096),
    clusterBlocks: fc.constantFrom(1, 2, 4, 16),
    inodes: fc.constantFrom('auto' as const, 'extended' as const),
    inlineData: fc.boolean(),
    sparse: fc.boolean(),
    sharedXattrs: fc.constantFrom(0, 1, 2, 5),
    tailPacking: fc.boolean(),
    interlaced: fc.boolean(),
    index: fc.constantFrom('full' as const, 'compact' as const),
    fragments: fc.constantFrom(undefined, 'ends' as const, 'all' as const),
    dedupe: fc.boolean(),
    chunkBlocks: fc.constantFrom(0, 1, 4, 64),
    shareChunks: fc.boolean(),
  })
  .map(({ compression, clusterBlocks, chunkBlocks, fragments, dedupe, shareChunks, ...options }) => ({
    ...options,
    ...(compression
      ? { compression, clusterSize: options.blockSize * clusterBlocks, dedupe, ...(fragments ? { fragments } : {}) }
      : chunkBlocks > 0
        ? { chunkSize: options.blockSize * chunkBlocks, shareChunks }
        : {}),
  }));

/** The options of the writer for a tree. */
async function optionsFor(
  tree: FileTree,
  { shareChunks = false, ...options }: Switches,
): Promise<Partial<ErofsOptions>> {
  const { chunkSize } = options;
  if (!shareChunks || chunkSize === undefined) return options;
  return { ...options, equalChunks: await findEqualChunks(tree, chunkSize, quietRun(2)) };
}

test('the same bytes for any number of jobs, twice from one plan, and within the planned limit', async () => {
  await fc.assert(
    fc.asyncProperty(treeArbitrary(EROFS), switches, async (tree, chosen) => {
      const plan = planErofs(tree, { seed: 'x', epoch: EROFS_EPOCH, ...(await optionsFor(tree, chosen)) });
      const image = await collect(plan, quietRun(1));
      expect(Buffer.compare(await collect(plan, quietRun(3)), image)).toBe(0);
      expect(image.length).toBeLessThanOrEqual(plan.layout.sizeLimit);
      if (plan.size !== undefined) expect(image.length).toBe(plan.size);
      const { blocks, blockLog, inodes } = superblock.decode(image, 1024);
      expect(blocks * 2 ** blockLog).toBe(image.length);
      expect(inodes).toBe(plan.layout.inodes);
    }),
    { numRuns: runs(40) },
  );
});

test('the same bytes for any order of the entries', async () => {
  await fc.assert(
    fc.asyncProperty(treeArbitrary(EROFS), async (tree) => {
      const other = reversedTree(tree);
      expect(Buffer.compare(await erofsBytes(other), await erofsBytes(tree))).toBe(0);
    }),
    { numRuns: runs(15) },
  );
});

/** The content as pieces of the given lengths, runs of zeros as holes. */
function cutUp(content: ExactContent, lengths: readonly number[]): ExactContent {
  async function* pieces(): AsyncGenerator<Data> {
    const bytes = await collect(content, quietRun());
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const piece = bytes.slice(at, at + lengths[turn % lengths.length]!);
      yield piece.every((byte) => byte === 0) ? { hole: piece.length } : piece;
      at += piece.length;
    }
  }
  return exactContent(content.size, pieces);
}

test('the same bytes however the contents are cut into pieces, zeros spelled out or not', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(treeArbitrary(EROFS), switches, lengths, async (tree, chosen, pieces) => {
      // One for all leaves with a content: equal objects are shared, and stay so.
      const cut = new Map<ExactContent, ExactContent>();
      const inPieces = mapNodes(tree, (node) => {
        if (node.kind !== 'file') return node;
        const content = cut.get(node.content) ?? cutUp(node.content, pieces);
        cut.set(node.content, content);
        return { ...node, content };
      });
      const [ofPieces, whole] = [await optionsFor(inPieces, chosen), await optionsFor(tree, chosen)];
      expect(Buffer.compare(await erofsBytes(inPieces, ofPieces), await erofsBytes(tree, whole))).toBe(0);
    }),
    { numRuns: runs(20) },
  );
});

const dir = scratchDirectory();
const image = join(dir, 'image.erofs');
const mountPoint = join(dir, 'mnt');
mkdirSync(mountPoint);

kernelOracle(
  'mount',
  'umount',
  'getfattr',
)('the kernel shows every entry of random trees, whatever the options', async () => {
  await fc.assert(
    fc.asyncProperty(treeArbitrary(EROFS), switches, async (tree, chosen) => {
      await writeErofs(tree, image, await optionsFor(tree, chosen));
      const expected = await describeTree(asLinuxShows(tree));
      const found = mounted(image, mountPoint, () => describeDirectory(mountPoint));
      expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [path, entry] of expected) expect(found.get(path), path).toEqual(entry);
    }),
    // The judge who has the last word.
    { numRuns: runs(300) },
  );
});
