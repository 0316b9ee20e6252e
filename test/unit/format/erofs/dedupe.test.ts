// The space that fragments, shared data, ends in inodes and chunks save, without any loss of content.
import { expect, test } from 'vitest';
import { type ErofsOptions, findEqualChunks, openErofs } from '../../../../src/format/erofs/index.js';
import { quietRun } from '../../../../src/io/content.js';
import { bytesSource } from '../../../../src/io/memory.js';
import { FileTree } from '../../../../src/tree/file-tree.js';
import { file } from '../../../../src/tree/node.js';
import { text } from '../../../support/awkward-tree.js';
import { erofsBytes } from '../../../support/erofs-images.js';
import { describeTree, noise } from '../../../support/trees.js';

/** The size of the image, which has to give the tree back. */
async function sizeOf(tree: FileTree, options: Partial<ErofsOptions>): Promise<number> {
  const image = await erofsBytes(tree, options);
  const found = await (await openErofs(bytesSource(image))).tree();
  expect(await describeTree(found)).toEqual(await describeTree(tree));
  return image.length;
}

const lz4 = { compression: { name: 'lz4' } } as const;

test('files that begin alike share their data up to where they differ', async () => {
  const start = text(600_000, 3);
  const longer = Buffer.concat([start, noise(5000, 1)]);
  const tree = FileTree.of({ one: file(bytesSource(start)), two: file(bytesSource(new Uint8Array(longer))) });
  const [apart, shared] = [await sizeOf(tree, lz4), await sizeOf(tree, { ...lz4, dedupe: true })];
  const alone = await sizeOf(FileTree.of({ one: file(bytesSource(start)) }), lz4);
  expect(shared).toBeLessThan(apart);
  expect(shared).toBeLessThan(alone * 1.1);
});

test('small files take less as fragments, and less again the larger the clusters are', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`file-${i}`, file(bytesSource(text(2000, i)))] as const),
  );
  const tree = FileTree.of(files);
  const sizes = [
    await sizeOf(tree, lz4),
    await sizeOf(tree, { ...lz4, fragments: 'ends' }),
    await sizeOf(tree, { ...lz4, fragments: 'ends', clusterSize: 65_536 }),
  ];
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  expect(sizes[2]).toBeLessThan(sizes[0]! * 0.7);
});

test('ends take no separate block as fragments or after their inodes', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 50 }, (_, i) => [`file-${i}`, file(bytesSource(text(30_000 + i, i)))] as const),
  );
  const tree = FileTree.of(files);
  const apart = await sizeOf(tree, lz4);
  expect(await sizeOf(tree, { ...lz4, tailPacking: true })).toBeLessThan(apart - 50 * 1000);
  expect(await sizeOf(tree, { ...lz4, fragments: 'ends' })).toBeLessThan(apart - 50 * 1000);
});

test('of equal files the ends follow every inode, unless a block for all of them takes less', async () => {
  const sizeOfCopies = (count: number, size: number) => {
    const content = bytesSource(noise(size, 1));
    const entries = Array.from({ length: count }, (_, i) => [`copy-${i}`, file(content)] as const);
    return sizeOf(FileTree.of(Object.fromEntries(entries)), {});
  };
  // An inode of 64 bytes and 100 more each.
  expect(await sizeOfCopies(20, 100)).toBe(await sizeOfCopies(1, 100));
  expect((await sizeOfCopies(2, 4096 + 3000)) - (await sizeOfCopies(1, 4096 + 3000))).toBeLessThanOrEqual(4096);
  expect(await sizeOfCopies(3, 8192 + 3000)).toBeLessThan(8192 + 4 * 4096 + 4096);
});

test('equal chunks are stored once, and those of zeros not at all', async () => {
  const start = noise(400_000, 3);
  const tree = FileTree.of({
    one: file(bytesSource(start)),
    two: file(bytesSource(new Uint8Array(Buffer.concat([noise(16_384, 4), start])))),
    'z/zeros': file(bytesSource(new Uint8Array(200_000))),
  });
  const equalChunks = await findEqualChunks(tree, 16_384, quietRun());
  const apart = await sizeOf(tree, { chunkSize: 16_384 });
  // All of it again but the first chunk, and the last one, which is the shorter one of both.
  expect(await sizeOf(tree, { chunkSize: 16_384, equalChunks })).toBeLessThan(apart - 380_000 - 190_000);
  await expect(sizeOf(tree, { chunkSize: 32_768, equalChunks })).rejects.toThrow('equalChunks');
});

test('the last chunk of a file equals a file that has no chunks, because it fits into one block', async () => {
  const end = noise(100, 5);
  const longer = (seed: number) => file(bytesSource(new Uint8Array(Buffer.concat([noise(16_384, seed), end]))));
  const tree = FileTree.of({
    a: file(bytesSource(end)),
    b: longer(6),
    c: longer(8),
    d: file(bytesSource(end.slice())),
  });
  const equalChunks = await findEqualChunks(tree, 16_384, quietRun());
  const apart = await sizeOf(tree, { chunkSize: 16_384 });
  expect(await sizeOf(tree, { chunkSize: 16_384, equalChunks })).toBe(apart - 4096);
});

test('chunks of a given size leave out those in holes', async () => {
  const plain = FileTree.of({ data: file(bytesSource(noise(100_000, 1))) });
  expect((await sizeOf(plain, { chunkSize: 16_384 })) - (await sizeOf(plain, {}))).toBeLessThanOrEqual(8192);
});
