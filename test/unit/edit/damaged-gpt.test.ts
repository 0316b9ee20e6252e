// Edits and verify have one idea of a sound GPT: what verify reports of the first copy, an edit refuses, for the same reason.
import { expect, test } from 'vitest';
import { crc32 } from '../../../src/bytes/index.js';
import { planDisc } from '../../../src/disc/index.js';
import { planEdit } from '../../../src/edit/index.js';
import { IsopressError } from '../../../src/errors.js';
import { bytesSource, collect, quietRun } from '../../../src/io/index.js';
import { FileTree, file } from '../../../src/tree/index.js';
import { verifyImage } from '../../../src/verify/index.js';

const run = quietRun();
const tree = FileTree.of({ file: file(bytesSource(new TextEncoder().encode('content'))) });
const HEADER = 512;
const ENTRIES = 1024;

function flip(image: Uint8Array, at: number): void {
  image.set([image[at]! ^ 1], at);
}

/** Makes the checksum of the first header right again. */
function sealed(image: Uint8Array): void {
  const view = new DataView(image.buffer, HEADER, 92);
  view.setUint32(16, 0, true);
  view.setUint32(16, crc32(image.subarray(HEADER, HEADER + 92)), true);
}

const DAMAGE: readonly (readonly [name: string, reason: RegExp, damage: (image: Uint8Array) => void])[] = [
  ['a wrong checksum of the header', /checksum of its header/, (image) => flip(image, HEADER + 60)],
  ['a wrong checksum of the entries', /checksum of its entries/, (image) => flip(image, ENTRIES + 56)],
  [
    'a header of an impossible size',
    /Its header has 600 bytes/,
    (image) => new DataView(image.buffer).setUint32(HEADER + 12, 600, true),
  ],
  [
    'a header that names another place for itself',
    /says that it is at 7/,
    (image) => {
      new DataView(image.buffer).setBigUint64(HEADER + 24, 7n, true);
      sealed(image);
    },
  ],
  [
    'more entries than any table has',
    /It has 4000000000 entries/,
    (image) => {
      new DataView(image.buffer).setUint32(HEADER + 80, 4_000_000_000, true);
      sealed(image);
    },
  ],
  [
    'entries beyond the end',
    /Its entries are outside the image/,
    (image) => {
      new DataView(image.buffer).setBigUint64(HEADER + 72, 2n ** 40n, true);
      sealed(image);
    },
  ],
];

test.each(DAMAGE)('%s', async (_, reason, damage) => {
  const options = { epoch: { seconds: 0, nanoseconds: 0 }, seed: 's', partitionTable: 'gpt' } as const;
  const image = await collect(planDisc(tree, options), run);
  await expect(planEdit(bytesSource(image), {}, run)).resolves.toBeDefined();
  damage(image);
  const { findings } = await verifyImage(bytesSource(image), { run });
  expect(findings.find(({ code }) => code === 'gpt.primary')?.message).toMatch(reason);
  const error = await planEdit(bytesSource(image), {}, run).catch((fault) => fault);
  expect(error).toBeInstanceOf(IsopressError);
  expect(error.code).toBe('edit.gpt');
  expect(error.message).toMatch(reason);
});
