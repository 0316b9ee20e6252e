import { expect, test } from 'vitest';
import { InvalidImageError } from '../../src/errors.js';
import { choosePartition, readTags, suseTagSeal, verifyTags } from '../../src/format/checkmedia/index.js';
import { quietRun } from '../../src/io/content.js';
import { createDigest } from '../../src/io/digest.js';
import { bytesSource } from '../../src/io/memory.js';
import fc, { runs } from '../support/random.js';
import { patched, skeletonImage } from '../support/tagged-images.js';

const run = quietRun();
const digests = fc.constantFrom('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512');

/** Sizes of an image with a volume, padding and a partition that fit into each other, in sectors. */
const sizes = fc
  .record({
    iso: fc.integer({ min: 20, max: 400 }).map((blocks) => blocks * 4),
    pad: fc.nat(3),
    behind: fc.nat(50),
    start: fc.integer({ min: 68, max: 300 }),
    sectors: fc.integer({ min: 1, max: 900 }),
  })
  .map(({ iso, pad, behind, start, sectors }) => {
    const partition = { start, sectors };
    return { pad, image: { iso, pad: pad * 4, partition, full: Math.max(iso + behind, start + sectors) } };
  });

test('sealed images verify, and the digest is that of the normalised bytes', async () => {
  await fc.assert(
    fc.asyncProperty(sizes, digests, fc.nat(), async ({ image: shape, pad }, kind, at) => {
      const image = skeletonImage(shape);
      const seal = suseTagSeal({ digests: [kind], pad });
      const tagged = patched(image, await seal.seal(bytesSource(image), run));
      // The same bytes in portions, as they stream by.
      const stream = seal.stream!(image.length);
      for (let from = 0; from < image.length; from += 1 + (at % 9973)) {
        await stream.update(image.subarray(from, from + 1 + (at % 9973)));
      }
      expect(Buffer.compare(patched(image, await stream.finish()), tagged)).toBe(0);
      const verdict = await verifyTags(bytesSource(tagged), run);
      const normal = tagged.slice(0, shape.iso * 512);
      normal
        .fill(0, 0, 512)
        .fill(0x20, 0x8373, 0x8573)
        .fill(0, normal.length - pad * 2048);
      const expected = createDigest(kind);
      expected.update(normal);
      expect([verdict.ok, verdict.digests[0]!.found]).toEqual([true, expected.hex()]);
      // A changed byte of the volume is noticed, unless it is one of those that do not count.
      const changed = tagged.slice();
      const place = 512 + (at % (shape.iso * 512 - pad * 2048 - 512));
      changed[place]! ^= 0x10;
      const exempt = place >= 0x8000 && place < 0x8573;
      if (!exempt) expect((await verifyTags(bytesSource(changed), run)).ok).toBe(false);
    }),
    { numRuns: runs(60) },
  );
});

test('damaged heads give a result or an InvalidImageError', async () => {
  const sound = skeletonImage({ full: 400, iso: 400, pad: 0, partition: { start: 68, sectors: 300 } });
  const tagged = patched(sound, await suseTagSeal({ digests: ['sha256'], pad: 1 }).seal(bytesSource(sound), run));
  const at = fc.oneof(fc.integer({ min: 0, max: 2048 }), fc.integer({ min: 0x8000, max: 0x8573 }));
  const damage = fc.array(fc.record({ at, bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }), { maxLength: 6 });
  const gpt = Buffer.from('EFI PART\0\0\x01\0', 'latin1');
  await fc.assert(
    fc.asyncProperty(damage, fc.boolean(), async (patches, withGpt) => {
      const image = bytesSource(patched(tagged, [...(withGpt ? [{ at: 512, bytes: gpt }] : []), ...patches]));
      const outcomes = await Promise.allSettled([
        readTags(image),
        verifyTags(image, run),
        choosePartition(image),
        suseTagSeal({ digests: ['md5'] }).seal(image, run),
      ]);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(InvalidImageError);
      }
    }),
    { numRuns: runs(300) },
  );
});
