// Uncompressed EROFS images never change their bytes unnoticed. Another digest needs a new LAYOUT_VERSION and its reason.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ErofsOptions } from '../../src/format/erofs/index.js';
import { LAYOUT_VERSION } from '../../src/format/erofs/layout.js';
import { erofsBytes } from '../support/erofs-images.js';
import { everythingTree, MANY_ENTRIES } from '../support/squashfs-images.js';

const cases: readonly (readonly [options: Partial<ErofsOptions>, sha256: string])[] = [
  [{}, 'd37255d9567059f0370b10f528ee1ff17ecbc6d2045e0a4467334aaf2759201c'],
  [{ blockSize: 512, inodes: 'extended' }, '9734425a207bd57baf75182691520e87e177ea1b6dd97783c42d73b99788ac90'],
  [
    { blockSize: 65_536, inlineData: false, sharedXattrs: 0, label: 'LIVE' },
    'b59c9ce1ceef45f94874248798a4b152a923c70176f1b0d563b4cc62aec443f5',
  ],
  [
    { inodes: 'compact', sparse: false, seed: 'another' },
    '907eead97a2db29f1b1cea13c7e652e70feb9239171b30538cde4011890e7a97',
  ],
];

test('the digests below belong to this layout version', () => {
  expect(LAYOUT_VERSION).toBe(4);
});

for (const [options, sha256] of cases) {
  test(`everything, stored, ${JSON.stringify(options)}`, async () => {
    const image = await erofsBytes(everythingTree(MANY_ENTRIES), options);
    expect(createHash('sha256').update(image).digest('hex')).toBe(sha256);
  });
}
