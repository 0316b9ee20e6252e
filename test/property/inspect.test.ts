// Hostile images: an image with anything in its heads is described, never refused, with few
// reads of few bytes, however large it says it is.

import { describe, expect, test } from 'vitest';
import { planDisc } from '../../src/disc/index.js';
import { suseTagSeal } from '../../src/format/checkmedia/index.js';
import { planFat } from '../../src/format/fat/index.js';
import { inspectImage } from '../../src/image/index.js';
import { quietRun, type Range, type Source } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { EPOCH, liveOptions, mediaTree } from '../support/discs.js';
import fc, { runs } from '../support/random.js';
import { patched } from '../support/tagged-images.js';
import { noise } from '../support/trees.js';

const run = quietRun();
/** Bound of the cost of an image; 1024 partitions are possible, each with its own file systems. */
const MOST_BYTES = 64 * 1024 * 1024;
const FAT_TREE = FileTree.of({ 'EFI/BOOT/BOOTX64.EFI': file(bytesSource(noise(9000, 1))) });

const esp = await collect(planFat(FAT_TREE, { seed: 's', epoch: EPOCH, label: 'ESP', size: 1024 * 1024 }), run);
const live = async (table: 'mbr' | 'gpt') => {
  const image = await collect(planDisc(mediaTree(), { ...liveOptions(table, bytesSource(esp)), udf: '2.01' }), run);
  return patched(image, await suseTagSeal({ digests: ['md5'] }).seal(bytesSource(image), run));
};
const alone = planDisc(mediaTree(), { epoch: EPOCH, seed: 's', iso9660: false, udf: '2.60' });
const SOUND: readonly [name: string, image: Uint8Array, kinds: string[]][] = [
  ['a hybrid bridge disc with MBR', await live('mbr'), ['iso9660', 'udf', 'iso9660', 'fat12']],
  ['a hybrid bridge disc with GPT', await live('gpt'), ['iso9660', 'udf', 'iso9660', 'fat12']],
  ['UDF alone', await collect(alone, run), ['udf']],
  ['FAT', esp, ['fat12']],
];

/** An image that counts what is read of it. */
function counted(bytes: Uint8Array, size = bytes.length): { image: Source; read: () => number } {
  let total = 0;
  const part = ({ at: base, length: end }: Range): Source => ({
    size: end,
    holes: [],
    async *pieces() {},
    read: async (at, into) => {
      total += into.length;
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at + into.length).toBeLessThanOrEqual(end);
      into.set(bytes.subarray(base + at, base + at + into.length));
    },
    slice: ({ at, length }) => {
      expect(at + length).toBeLessThanOrEqual(end);
      return part({ at: base + at, length });
    },
  });
  return { image: part({ at: 0, length: size }), read: () => total };
}

/** Bytes where readers look: sectors and blocks of the system area, descriptors, anchors, and anywhere. */
const places = (size: number) =>
  fc.oneof(
    fc.nat(4096),
    fc.integer({ min: 0x8000, max: 0xc000 }),
    fc.integer({ min: 0x18000, max: 0x1a000 }),
    fc.integer({ min: 256 * 2048, max: 260 * 2048 }),
    fc.nat(size - 1),
  );
const wild = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 8 }),
  fc.constantFrom(Uint8Array.of(255, 255, 255, 255)),
);
const damage = (size: number) =>
  fc.array(fc.record({ at: places(size).map((at) => Math.min(at, size - 8)), bytes: wild }), { maxLength: 8 });

describe.each(SOUND)('%s', (_, sound, kinds) => {
  test('is reported', async () => {
    const { image, read } = counted(sound);
    expect((await inspectImage(image)).fileSystems.map(({ kind }) => kind)).toEqual(kinds);
    expect(read()).toBeLessThan(1_000_000);
  });

  test('damaged, cut or said to be huge: facts, never an error', async () => {
    const sizes = fc.oneof(fc.constant(sound.length), fc.nat(sound.length), fc.constant(2 ** 45));
    await fc.assert(
      fc.asyncProperty(damage(sound.length), sizes, async (patches, size) => {
        const { image, read } = counted(patched(sound, patches).subarray(0, size), size);
        expect((await inspectImage(image)).size).toBe(size);
        expect(read()).toBeLessThan(MOST_BYTES);
      }),
      { numRuns: runs(150) },
    );
  });
});
