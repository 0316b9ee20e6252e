// Reading back what was written, and surviving what was damaged.

import { expect, test } from 'vitest';
import { timestamp } from '../../src/bytes/time.js';
import { InvalidImageError } from '../../src/errors.js';
import { openFat, planFat } from '../../src/format/fat/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { walk } from '../../src/tree/walk.js';
import { describeFatTree, fatTreeArbitrary } from '../support/fat-trees.js';
import fc, { runs } from '../support/random.js';

const given = { seed: 's', epoch: timestamp(1_700_000_000) };
const options = fc.record({
  type: fc.constantFrom('auto' as const, 12 as const, 16 as const),
  sectorSize: fc.constantFrom(512, 4096),
});

test('an image gives back the tree it was made of', async () => {
  await fc.assert(
    fc.asyncProperty(fatTreeArbitrary, options, async (tree, { type, sectorSize }) => {
      const image = await collect(planFat(tree, { ...given, type, sectorSize }), quietRun());
      const opened = await openFat(bytesSource(image));
      expect(opened.facts).toMatchObject({ size: image.length, sectorSize });
      expect(await describeFatTree(await opened.tree())).toEqual(await describeFatTree(tree));
    }),
    { numRuns: runs(60) },
  );
});

test('a mutated image: a result, or an error about the image', async () => {
  const [tree] = fc.sample(fatTreeArbitrary, { numRuns: 1, seed: 4 });
  const whole = await collect(planFat(tree!, { ...given, type: 12 }), quietRun());
  // Where a mutation tells: the boot sector, the tables, the directories.
  const mutation = fc.tuple(fc.oneof(fc.nat(511), fc.nat(16_000), fc.nat(whole.length - 1)), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 8 }), fc.boolean(), async (mutations, cut) => {
      const image = whole.slice(0, cut ? mutations[0]![0] : whole.length);
      for (const [at, value] of mutations) if (at < image.length) image[at] = value;
      try {
        const read = await (await openFat(bytesSource(image))).tree();
        for (const { node } of walk(read)) {
          if (node.kind === 'file') expect((await collect(node.content, quietRun())).length).toBe(node.content.size);
        }
      } catch (error) {
        if (!(error instanceof InvalidImageError)) throw error;
        expect(error.code).toMatch(/^(fat|image)\./);
      }
    }),
    { numRuns: runs(1200) },
  );
});
