import { expect, test } from 'vitest';
import { timestamp } from '../../src/bytes/time.js';
import { planFat } from '../../src/format/fat/index.js';
import type { ExactContent } from '../../src/io/content.js';
import { quietRun } from '../../src/io/content.js';
import { collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { type Directory, directory } from '../../src/tree/node.js';
import { fatTreeArbitrary } from '../support/fat-trees.js';
import fc, { runs } from '../support/random.js';

const options = fc.record({
  seed: fc.string(),
  epoch: fc.constant(timestamp(1_700_000_000)),
  label: fc.constantFrom('', 'BOOT'),
  type: fc.constantFrom('auto' as const, 12 as const, 16 as const),
  sectorSize: fc.constantFrom(512, 4096),
  slack: fc.constantFrom(0, 100_000),
});

/** The same tree with the entries of every directory given in another order. */
function shuffled(dir: Directory): Directory {
  const entries = [...dir.entries].reverse();
  return directory<ExactContent>(
    dir,
    entries.map(([name, node]) => [name, node.kind === 'directory' ? shuffled(node) : node]),
  );
}

test('an image has its planned size, and its bytes depend on the tree and the options only', async () => {
  await fc.assert(
    fc.asyncProperty(fatTreeArbitrary, options, async (tree, given) => {
      const plan = planFat(tree, given);
      const bytes = await collect(plan, quietRun());
      const again = await collect(planFat(new FileTree(shuffled(tree.root)), given), quietRun(4));
      expect(bytes.length).toBe(plan.size);
      expect(Buffer.compare(bytes, again)).toBe(0);
      expect(Buffer.compare(bytes, await collect(plan, quietRun()))).toBe(0);
      expect(plan.layout.losses.map(({ code }) => code)).toEqual(['fat.root-mtime']);
      for (const { at, length } of plan.holes ?? []) {
        expect(bytes.subarray(at, at + length).every((byte) => byte === 0)).toBe(true);
      }
    }),
    { numRuns: runs(60) },
  );
});

test('chains fill the clusters from 2 on without gap or overlap', () => {
  fc.assert(
    fc.property(fatTreeArbitrary, options, (tree, given) => {
      const { layout } = planFat(tree, given);
      let next = 2;
      for (const { first, count } of [...layout.directories, ...layout.files]) {
        expect(first).toBe(count === 0 ? 0 : next);
        next += count;
      }
      expect(next - 2).toBe(layout.usedClusters);
      expect(layout.usedClusters).toBeLessThanOrEqual(layout.clusters);
    }),
    { numRuns: runs(100) },
  );
});
