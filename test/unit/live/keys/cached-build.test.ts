// Builds with a cache: the same bytes as without, whole ISOs where nothing changed, and a cache that is damaged serves nobody.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchDirectory } from '../../../support/scratch.js';
import { type SmallIso, smallIso } from '../../../support/small-iso.js';
import { hasGrub } from '../../../support/small-root.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);

test.skipIf(!hasGrub)(
  'an ISO comes from the cache if nothing changed, and is the same without it',
  async () => {
    small.describe('firmware="efi" mediacheck="true"');
    const directory = join(scratch, 'cache');
    const cache = { places: [{ place: directory }] };
    const without = await small.press();
    const cold = await small.press({ cache });
    expect(cold).toMatchObject({ sha256: without.sha256, cached: false, notes: [] });
    const again = await small.press({ cache });
    expect(again).toMatchObject({ sha256: without.sha256, size: without.size, cached: true, keys: cold.keys! });
    expect(readFileSync(again.image).equals(readFileSync(without.image))).toBe(true);
    const files = (image: string) => readdirSync(join(image, '..')).sort();
    expect(files(again.image)).toEqual(files(without.image));
    for (const name of readdirSync(join(directory, 'cas'))) writeFileSync(join(directory, 'cas', name), 'x');
    const damaged = await small.press({ cache });
    expect(damaged).toMatchObject({ sha256: without.sha256, cached: false });
    expect(await small.press({ cache })).toMatchObject({ sha256: without.sha256, cached: true, notes: [] });
    expect(readdirSync(join(directory, 'tmp'))).toEqual([]);
  },
  120_000,
);
