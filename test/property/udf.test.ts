// Random trees × revisions of UDF: planned is produced, the same again, and 7-Zip finds no fault where it knows the entries.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planDisc } from '../../src/disc/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { overlay, select } from '../../src/tree/rewrite.js';
import { EPOCH, writeDisc } from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise, POSIX, treeArbitrary } from '../support/trees.js';

const scratch = scratchDirectory();
const trees = treeArbitrary({ ...POSIX, fileSize: 60_000 });
const options = fc.record({
  epoch: fc.constant(EPOCH),
  seed: fc.constant('property'),
  udf: fc.constantFrom('1.02' as const, '1.50' as const, '2.01' as const, '2.60' as const),
  partitionTable: fc.constantFrom('none' as const, 'mbr' as const, 'gpt' as const),
});

test('planned is produced, twice the same, beside ISO 9660 and alone', async () => {
  await fc.assert(
    fc.asyncProperty(trees, options, fc.boolean(), async (tree, given, iso9660) => {
      const chosen = iso9660 ? given : { ...given, iso9660, partitionTable: 'none' as const };
      const plan = planDisc(tree, chosen);
      const first = await collect(plan, quietRun());
      const second = await collect(planDisc(new FileTree(tree.root), chosen), quietRun());
      expect(first.length).toBe(plan.layout.size);
      expect(Buffer.compare(first, second)).toBe(0);
    }),
    { numRuns: runs(40) },
  );
});

oracle('7z')('7-Zip finds every file whole', async () => {
  await fc.assert(
    fc.asyncProperty(trees, options, async (tree, given) => {
      const plain = select(tree, (_, { kind }) => kind === 'file' || kind === 'directory');
      // Something after the directories of ISO 9660: 7-Zip takes space that UDF does not own for data after the archive.
      const last = FileTree.of({ '~': file(bytesSource(noise(5000, 1))) });
      const disc = await writeDisc(
        planDisc(overlay(plain, last), { ...given, partitionTable: 'none' }),
        join(scratch, 'disc.iso'),
      );
      const { stdout } = judge('7z', ['t', '-tudf', disc]);
      expect(stdout).toContain('Everything is Ok');
      expect(stdout).not.toMatch(/warning|error/i);
    }),
    { numRuns: runs(30) },
  );
});
