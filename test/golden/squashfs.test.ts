// Uncompressed squashfs images never change their bytes unnoticed. Another digest needs a new LAYOUT_VERSION and its reason.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { SquashfsOptions } from '../../src/format/squashfs/index.js';
import { LAYOUT_VERSION } from '../../src/format/squashfs/layout.js';
import { everythingTree, MANY_ENTRIES, STORED, squashfsBytes } from '../support/squashfs-images.js';

const cases: readonly (readonly [options: Partial<SquashfsOptions>, sha256: string])[] = [
  [{}, 'dacd0a937e4f29b868649353a00e079b3365faf9fc7892dfe54dc63c33a4c442'],
  [{ blockSize: 4096, tailPacking: true }, '10965472620c6f6012414b84061f9f983da81c5236697f3d5431ebf03c4483fa'],
  [
    { fragments: false, exportTable: false, padTo: 1 },
    '5b860e6844922185170b36b4276f117bae01f46cf57013765b9c33dfc8c4bc31',
  ],
  [{ blockSize: 1_048_576, sparse: false }, '19dc6262d3e6e1f41f3e542c3c43834e283fa265c2796069a78d2388c70b1bc0'],
];

test('the digests below belong to this layout version', () => {
  expect(LAYOUT_VERSION).toBe(3);
});

for (const [options, sha256] of cases) {
  test(`everything, stored, ${JSON.stringify(options)}`, async () => {
    const image = await squashfsBytes(everythingTree(MANY_ENTRIES), { ...options, compression: STORED });
    expect(createHash('sha256').update(image).digest('hex')).toBe(sha256);
  });
}
