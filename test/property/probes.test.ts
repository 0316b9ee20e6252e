// Probes answer yes or no: the images of every format under every probe, damaged ones, and random bytes with signatures in them.

import { beforeAll, describe, expect, test } from 'vitest';
import { reportText } from '../../src/cli/output/report.js';
import { planDisc } from '../../src/disc/index.js';
import { planExt4 } from '../../src/format/ext4/index.js';
import { planFat } from '../../src/format/fat/index.js';
import { FORMATS, recogniseAll } from '../../src/image/formats.js';
import { inspectImage, openImage } from '../../src/image/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { erofsBytes } from '../support/erofs-images.js';
import fc, { runs } from '../support/random.js';
import { validReport } from '../support/reports.js';
import { squashfsBytes } from '../support/squashfs-images.js';
import { noise } from '../support/trees.js';

const EPOCH = { seconds: 1_700_000_000, nanoseconds: 0 };
const run = quietRun();
const TREE = FileTree.of({ 'a/file': file(bytesSource(noise(90_000, 1))) });

const MAKERS: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  squashfs: () => squashfsBytes(TREE),
  erofs: () => erofsBytes(TREE),
  ext4: () => collect(planExt4(TREE, { epoch: EPOCH, seed: 's', size: 4 * 1024 * 1024 }), run),
  'ext4, 1 KiB blocks': () =>
    collect(planExt4(TREE, { epoch: EPOCH, seed: 's', size: 4 * 1024 * 1024, blockSize: 1024 }), run),
  iso9660: () => collect(planDisc(TREE, { epoch: EPOCH, seed: 's' }), run),
  udf: () => collect(planDisc(TREE, { epoch: EPOCH, seed: 's', udf: '2.01', iso9660: false }), run),
  'udf 2.60': () => collect(planDisc(TREE, { epoch: EPOCH, seed: 's', udf: '2.60', iso9660: false }), run),
  fat: () => collect(planFat(TREE, { epoch: EPOCH, seed: 's', size: 1024 * 1024 }), run),
};
const images = new Map<string, Uint8Array>();
beforeAll(async () => {
  for (const [name, make] of Object.entries(MAKERS)) images.set(name, await make());
});

describe.each(Object.keys(MAKERS))('an image of %s', (name) => {
  test('is taken for its own format alone, and confirmed', async () => {
    const answers = await recogniseAll(bytesSource(images.get(name)!));
    expect(answers.map(({ format, found }) => [format.kind, found.evidence])).toEqual([
      [name.split(/[ ,]/)[0], 'confirmed'],
    ]);
  });

  test('damaged anywhere: every probe answers, the report is as its schema says, and only the reader calls it damaged', async () => {
    const sound = images.get(name)!;
    const patches = fc.array(
      fc.tuple(fc.oneof(fc.nat(2048), fc.nat(70_000), fc.nat(sound.length - 9)), fc.uint8Array({ maxLength: 8 })),
      { minLength: 1, maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(patches, fc.oneof(fc.constant(sound.length), fc.nat(sound.length)), async (changes, size) => {
        const image = sound.slice();
        for (const [at, bytes] of changes) image.set(bytes, Math.min(at, image.length - bytes.length));
        for (const format of FORMATS) await format.recognise(bytesSource(image.subarray(0, size)));
        const facts = await inspectImage(bytesSource(image.subarray(0, size)));
        expect(facts.size).toBe(size);
        validReport(reportText('info', { image: 'x', ...facts }));
      }),
      { numRuns: runs(60) },
    );
  });
});

/** Signatures of the formats, at the bytes where their probes look. */
const SIGNATURES: readonly (readonly [at: number, bytes: readonly number[]])[] = [
  [0, [0x68, 0x73, 0x71, 0x73]],
  [1024, [0xe2, 0xe1, 0xf5, 0xe0]],
  [1024 + 56, [0x53, 0xef]],
  [32_768, [1, 0x43, 0x44, 0x30, 0x30, 0x31, 1]],
  [34_816, [0, 0x4e, 0x53, 0x52, 0x30, 0x32, 1]],
  [510, [0x55, 0xaa]],
];

test('random bytes with any signatures: no error, and nothing is confirmed', async () => {
  const seeds = fc.tuple(fc.nat(), fc.subarray([...SIGNATURES]), fc.integer({ min: 0, max: 300_000 }));
  await fc.assert(
    fc.asyncProperty(seeds, async ([seed, signatures, size]) => {
      const image = noise(300_000, seed);
      for (const [at, bytes] of signatures) image.set(bytes, at);
      const answers = await recogniseAll(bytesSource(image.subarray(0, size)));
      expect(answers.filter(({ found }) => found.evidence === 'confirmed')).toEqual([]);
    }),
    { numRuns: runs(60) },
  );
});

test('16 bytes at a place of an anchor whose sum fits do not make a volume', async () => {
  const image = images.get('ext4, 1 KiB blocks')!.slice();
  for (const block of [256, 512, 1024, 2048]) {
    const at = block * 1024;
    image.set(Uint8Array.of(2, 0, 2, 0, 0, 0, 0, 0, 1, 2, 240, 1, block & 255, block >>> 8, 0, 0), at);
    image[at + 4] = image.subarray(at, at + 16).reduce((sum, byte) => sum + byte, 0) & 255;
  }
  expect((await recogniseAll(bytesSource(image))).map(({ format }) => format.kind)).toEqual(['ext4']);
});

test('the remains of an earlier format lose against what was written later', async () => {
  const [small, disc] = [images.get('squashfs')!, images.get('iso9660')!];
  const medium = disc.slice();
  medium.set(small);
  expect((await openImage(bytesSource(medium))).kind).toBe('squashfs');
});
