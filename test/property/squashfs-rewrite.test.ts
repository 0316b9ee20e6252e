// Random images written again with random changes of their trees: the new image has exactly the new tree, for any number of jobs.

import { expect, test } from 'vitest';
import { InvalidImageError, UnsupportedError } from '../../src/errors.js';
import { openSquashfs, rewriteSquashfs } from '../../src/format/squashfs/index.js';
import { bytesSource, collect, quietRun } from '../../src/io/index.js';
import { FileTree, file, overlay, select } from '../../src/tree/index.js';
import fc, { runs } from '../support/random.js';
import { everythingTree, GZIP, SQUASHFS, STORED, squashfsBytes } from '../support/squashfs-images.js';
import { describeTree, noise, treeArbitrary } from '../support/trees.js';

const switches = fc.record({
  blockSize: fc.constantFrom(4096, 8192, 131_072),
  compression: fc.constantFrom(GZIP, STORED),
  fragments: fc.boolean(),
  tails: fc.boolean(),
  sparse: fc.boolean(),
});

test('entries removed and added at random', async () => {
  const trees = fc.tuple(treeArbitrary(SQUASHFS), treeArbitrary(SQUASHFS));
  await fc.assert(
    fc.asyncProperty(trees, switches, fc.integer({ min: 1, max: 7 }), async ([tree, added], given, every) => {
      const { tails, ...options } = given;
      const bytes = await squashfsBytes(tree, { ...options, tailPacking: options.fragments && tails });
      let count = 0;
      const without = (whole: FileTree) => select(whole, () => count++ % every !== 0 || every === 1);
      const change = (whole: FileTree) => {
        count = 0;
        return overlay(without(whole), added);
      };
      const image = bytesSource(bytes);
      const { content } = await rewriteSquashfs(image, change, {}, quietRun(1));
      const made = await collect(content, quietRun());
      const expected = await describeTree(change(await (await openSquashfs(image)).tree()));
      expect(await describeTree(await (await openSquashfs(bytesSource(made))).tree())).toEqual(expected);
      const parallel = await rewriteSquashfs(image, change, {}, quietRun(3));
      expect(Buffer.compare(await collect(parallel.content, quietRun()), made)).toBe(0);
    }),
    { numRuns: runs(40) },
  );
});

test('a damaged image is written again, or refused as such', async () => {
  const image = await squashfsBytes(everythingTree(), { blockSize: 4096 });
  // Most of the bytes are data, which is copied unread: damage is put into the superblock and the tables.
  const tables = Number(new DataView(image.buffer, image.byteOffset).getBigUint64(64, true));
  const place = fc.oneof(fc.nat(95), fc.integer({ min: tables, max: image.length - 1 }));
  const change = (tree: FileTree) => select(tree, (path) => !path.startsWith('data/'));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 }), async (faults) => {
      const damaged = image.slice();
      for (const [at, value] of faults) damaged[at] = value;
      try {
        const { content } = await rewriteSquashfs(bytesSource(damaged), change, {}, quietRun());
        expect(content.size).toBeLessThan(2 * image.length);
      } catch (error) {
        expect(error).toSatisfy((one) => one instanceof InvalidImageError || one instanceof UnsupportedError);
      }
    }),
    { numRuns: runs(40) },
  );
});

test('equal files whose fragment loses another file are packed again once', async () => {
  const [twin, other] = [noise(3000, 1), noise(2000, 2)];
  const shared = bytesSource(twin);
  const tree = FileTree.of({ 'a/one': file(shared), 'b/two': file(shared), 'c/three': file(bytesSource(other)) });
  const image = bytesSource(await squashfsBytes(tree, { compression: STORED }));
  const { content } = await rewriteSquashfs(
    image,
    (whole) => select(whole, (path) => path !== 'c/three'),
    {},
    quietRun(),
  );
  const bytes = Buffer.from(await collect(content, quietRun()));
  expect(bytes.indexOf(twin)).toBe(bytes.lastIndexOf(twin));
  expect(bytes.includes(Buffer.from(other.subarray(0, 32)))).toBe(false);
  const made = await (await openSquashfs(bytesSource(bytes))).tree();
  for (const path of ['a/one', 'b/two']) {
    const node = made.get(path);
    expect(node?.kind === 'file' && Buffer.compare(await collect(node.content, quietRun()), twin)).toBe(0);
  }
});
