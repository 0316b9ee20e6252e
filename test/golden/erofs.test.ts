// Uncompressed EROFS images never change their bytes unnoticed. Another digest needs a new LAYOUT_VERSION and its reason.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ErofsOptions } from '../../src/format/erofs/index.js';
import { LAYOUT_VERSION } from '../../src/format/erofs/layout.js';
import { erofsBytes } from '../support/erofs-images.js';
import { everythingTree } from '../support/squashfs-images.js';

const cases: readonly (readonly [options: Partial<ErofsOptions>, sha256: string])[] = [
  [{}, '0'],
  [{ blockSize: 512, inodes: 'extended' }, '0'],
  [{ blockSize: 65_536, inlineData: false, sharedXattrs: 0, label: 'LIVE' }, '0'],
  [{ inodes: 'compact', sparse: false, seed: 'another' }, '0'],
];

test('the digests below belong to this layout version', () => {
  expect(LAYOUT_VERSION).toBe(1);
});

for (const [options, sha256] of cases) {
  test(`everything, stored, ${JSON.stringify(options)}`, async () => {
    const image = await erofsBytes(everythingTree(), options);
    expect(createHash('sha256').update(image).digest('hex')).toBe(sha256);
  });
}
