// ext4 plans: the same bytes every time, in any order, and exactly as planned.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { planExt4, smallestExt4Size } from '../../src/format/ext4/index.js';
import { type ExactContent, quietRun } from '../../src/io/content.js';
import { collect } from '../../src/io/memory.js';
import { asBytes } from '../../src/io/pieces.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { type Directory, directory, type Node } from '../../src/tree/node.js';
import { BASE } from '../support/ext4.js';
import fc, { runs } from '../support/random.js';
import { treeArbitrary } from '../support/trees.js';

async function digest(content: ExactContent, jobs = 1): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of asBytes(content.pieces(quietRun(jobs)))) hash.update(bytes);
  return hash.digest('hex');
}

/** The same tree, every directory's entries given in reverse. */
function reversed(dir: Directory, done = new Map<Node, Node>()): Directory {
  const copy = (node: Node): Node => {
    if (node.kind === 'directory') return reversed(node, done);
    const known = done.get(node) ?? { ...node, xattrs: [...node.xattrs] };
    done.set(node, known);
    return known;
  };
  return directory<ExactContent>(
    dir,
    [...dir.entries].reverse().map(([name, node]) => [name, copy(node)] as const),
  );
}

describe('ext4 plans', () => {
  test('give the same bytes twice, with any number of jobs, from a tree built in any order', async () => {
    await fc.assert(
      fc.asyncProperty(treeArbitrary(), async (tree) => {
        const plan = planExt4(tree, { ...BASE, journal: false });
        const first = await digest(plan);
        expect(await digest(plan, 4)).toBe(first);
        const other = planExt4(new FileTree(reversed(tree.root)), { ...BASE, journal: false });
        expect(other.layout).toEqual(plan.layout);
        expect(await digest(other)).toBe(first);
      }),
      { numRuns: runs(40) },
    );
  });

  test('declare holes that are zero, sorted and apart', async () => {
    await fc.assert(
      fc.asyncProperty(treeArbitrary(), fc.constantFrom(0, 3_000_000), async (tree, slack) => {
        const plan = planExt4(tree, { ...BASE, slack, journal: false });
        const bytes = await collect(plan, quietRun());
        expect(bytes.length).toBe(plan.size);
        let end = -1;
        for (const { at, length } of plan.holes ?? []) {
          expect(at).toBeGreaterThan(end);
          expect(length).toBeGreaterThan(0);
          end = at + length;
          expect(bytes.subarray(at, end).every((byte) => byte === 0)).toBe(true);
        }
        expect(end).toBeLessThanOrEqual(plan.size);
      }),
      { numRuns: runs(30) },
    );
  });

  test('fit the smallest size, and no smaller one', () => {
    fc.assert(
      fc.property(treeArbitrary(), fc.constantFrom(1024, 4096), fc.boolean(), (tree, blockSize, journal) => {
        const options = { ...BASE, blockSize, journal };
        const size = smallestExt4Size(tree, options);
        expect(planExt4(tree, options).size).toBe(size);
        expect(planExt4(tree, { ...options, size }).layout.freeBlocks).toBeGreaterThanOrEqual(0);
        expect(() => planExt4(tree, { ...options, size: size - blockSize })).toThrow(`needs ${size} bytes`);
      }),
      { numRuns: runs(100) },
    );
  });

  test('leave the slack asked for', () => {
    fc.assert(
      fc.property(treeArbitrary(), fc.nat(500_000_000), (tree, slack) => {
        const { layout } = planExt4(tree, { ...BASE, slack });
        const free = layout.freeBlocks * layout.blockSize;
        expect(free).toBeGreaterThanOrEqual(slack);
        // A last group is made only if it has some free blocks.
        expect(free).toBeLessThan(slack + 51 * layout.blockSize);
      }),
      { numRuns: runs(100) },
    );
  });

  test('follow the seed in all identities', async () => {
    const tree = FileTree.of({});
    const a = planExt4(tree, { ...BASE, seed: 'a' });
    const b = planExt4(tree, { ...BASE, seed: 'b' });
    expect(a.layout.uuid).not.toBe(b.layout.uuid);
    expect(await digest(a)).not.toBe(await digest(b));
  });
});
