// Builds with a cache: the same bytes as without, whole ISOs where nothing changed, and a cache that is damaged serves nobody.
import { readdirSync, readFileSync, statfsSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cacheFacts } from '../../../../src/cache/index.js';
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

// ext4, xfs, btrfs, tmpfs and overlayfs: digests of files are known there.
const isTrusted = [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630].includes(statfsSync(scratch).type);
test.skipIf(!hasGrub || !isTrusted)(
  'digests of files come from the cache, unless they are to be taken again; a change that keeps size and time counts',
  async () => {
    small.describe('firmware="efi"');
    const directory = join(scratch, 'digests');
    const cache = { places: [{ place: directory }], now: () => Date.now() + 60_000 };
    const name = join(small.root, 'etc/hostname');
    const cold = await small.press({ cache });
    expect(await small.press({ cache })).toMatchObject({ cached: true, sha256: cold.sha256 });
    expect((await cacheFacts(directory)).kinds).toMatchObject({ iso: 1, digests: 1 });
    const [text, { atime, mtime }] = [readFileSync(name, 'latin1'), statSync(name)];
    writeFileSync(name, 'X'.repeat(text.length));
    utimesSync(name, atime, mtime);
    const changed = await small.press({ cache });
    expect(changed).toMatchObject({ cached: false, sha256: (await small.press()).sha256 });
    expect(changed.sha256).not.toBe(cold.sha256);
    const again = await small.press({ cache: { ...cache, rehash: true } });
    expect(again).toMatchObject({ cached: true, sha256: changed.sha256, keys: changed.keys });
  },
  120_000,
);
