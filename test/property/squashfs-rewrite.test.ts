// Random images written again with random changes of their trees: the new image has exactly the new tree, for any number of jobs.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSquashfs, rewriteSquashfs } from '../../src/format/squashfs/index.js';
import { bytesSource, collect, quietRun } from '../../src/io/index.js';
import { type FileTree, overlay, select } from '../../src/tree/index.js';
import { GZIP, SQUASHFS, STORED, squashfsBytes } from '../support/squashfs-images.js';
import { describeTree, treeArbitrary } from '../support/trees.js';

const runs = Number(process.env['ISOPRESS_TEST_RUNS'] ?? 40);
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
    { numRuns: runs },
  );
});
