// Emitting is a function of tree and options alone, and every image stays within its plan.

import { expect, test } from 'vitest';
import { chooseCompression } from '../../src/compress/index.js';
import { planSquashfs, type StoredPart } from '../../src/format/squashfs/index.js';
import { superblock } from '../../src/format/squashfs/superblock.js';
import { type Data, type ExactContent, isHole, quietRun } from '../../src/io/content.js';
import { exactContent } from '../../src/io/exact.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { mapNodes } from '../../src/tree/rewrite.js';
import fc, { runs } from '../support/random.js';
import { EPOCH, GZIP, SQUASHFS, STORED, squashfsBytes } from '../support/squashfs-images.js';
import { reversedTree, treeArbitrary } from '../support/trees.js';

const ZSTD = chooseCompression({ name: 'zstd', engine: 'portable', level: 1 });
const LZ4 = chooseCompression({ name: 'lz4', engine: 'portable' });

const switches = fc
  .record({
    blockSize: fc.constantFrom(4096, 8192, 32_768, 1_048_576),
    compression: fc.constantFrom(GZIP, STORED, ZSTD, LZ4),
    fragments: fc.boolean(),
    exportTable: fc.boolean(),
    sparse: fc.boolean(),
    stored: fc.subarray<StoredPart>(['inodes', 'data', 'fragments', 'xattrs', 'ids']),
    alignTo: fc.constantFrom(1, 4096, 65_536),
    offset: fc.constantFrom(0, 1024),
  })
  .chain((options) => fc.boolean().map((tails) => ({ ...options, tailPacking: tails && options.fragments })));

test('the same bytes for any number of jobs, twice from one plan, and within the planned limit', async () => {
  await fc.assert(
    fc.asyncProperty(treeArbitrary(SQUASHFS), switches, async (tree, options) => {
      const plan = planSquashfs(tree, { epoch: EPOCH, ...options });
      const image = await collect(plan, quietRun(1));
      expect(await collect(plan, quietRun(3))).toEqual(image);
      expect(image.length).toBeLessThanOrEqual(plan.sizeLimit);
      const { bytesUsed, inodeCount } = superblock.decode(image, options.offset);
      expect(inodeCount).toBe(plan.layout.inodes);
      expect(image.length - options.offset - bytesUsed).toBeLessThan(4096);
    }),
    { numRuns: runs(60) },
  );
});

test('the same bytes for any order of the entries', async () => {
  await fc.assert(
    fc.asyncProperty(treeArbitrary(SQUASHFS), async (tree) => {
      const other = reversedTree(tree);
      expect(await squashfsBytes(other)).toEqual(await squashfsBytes(tree));
    }),
    { numRuns: runs(15) },
  );
});

test('the same bytes however the contents are cut into pieces, with holes or with zeros', async () => {
  await fc.assert(
    fc.asyncProperty(
      treeArbitrary(SQUASHFS),
      switches,
      fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 5 }),
      async (tree, options, lengths) => {
        const inPieces = mapNodes(tree, (node) =>
          node.kind === 'file' ? { ...node, content: cutUp(node.content, lengths) } : node,
        );
        expect(await squashfsBytes(inPieces, options)).toEqual(await squashfsBytes(tree, options));
      },
    ),
    { numRuns: runs(30) },
  );
});

/** The same bytes in pieces of other lengths, each piece of zeros as a hole; nothing can be had at once. */
function cutUp(content: ExactContent, lengths: readonly number[]): ExactContent {
  return exactContent(content.size, async function* (run): AsyncGenerator<Data> {
    const bytes = await collect(content, run);
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const piece = bytes.slice(at, at + lengths[turn % lengths.length]!);
      yield piece.every((byte) => byte === 0) ? { hole: piece.length } : piece;
      // A lent piece must not be looked at again.
      piece.fill(0xee);
      at += piece.length;
    }
  });
}

test('an error of a content ends the image and leaves no thread behind', async () => {
  const broken = exactContent(3_000_000, async function* () {
    yield new Uint8Array(1_000_000).fill(1);
    throw new Error('gone');
  });
  const tree = FileTree.of({ a: file(bytesSource(new Uint8Array(500_000).fill(7))), b: file(broken) });
  await expect(squashfsBytes(tree, { blockSize: 65_536 })).rejects.toThrow('gone');
});

test('an abort ends the emission with its reason', async () => {
  const abort = new AbortController();
  const endless = exactContent(2 ** 40, async function* () {
    const block = new Uint8Array(65_536).fill(5);
    for (let i = 0; ; i++) {
      if (i === 100) abort.abort(new Error('enough'));
      yield block;
    }
  });
  const plan = planSquashfs(FileTree.of({ a: file(endless) }), { compression: GZIP, epoch: EPOCH });
  const emit = async () => {
    for await (const piece of plan.pieces({ ...quietRun(2), signal: abort.signal })) expect(isHole(piece)).toBe(false);
  };
  await expect(emit()).rejects.toThrow('enough');
});

test('a consumer that stops early ends everything', async () => {
  let closed = false;
  const content = exactContent(10_000_000, async function* () {
    try {
      for (let i = 0; i < 10; i++) yield new Uint8Array(1_000_000).fill(i);
    } finally {
      closed = true;
    }
  });
  const plan = planSquashfs(FileTree.of({ a: file(content) }), { compression: GZIP, epoch: EPOCH, blockSize: 4096 });
  let pieces = 0;
  for await (const _ of plan.pieces(quietRun(2))) if (++pieces === 5) break;
  expect(closed).toBe(true);
});
