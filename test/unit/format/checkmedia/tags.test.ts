import { describe, expect, test } from 'vitest';
import { IsopressError } from '../../../../src/errors.js';
import { FragmentSums } from '../../../../src/format/checkmedia/fragments.js';
import {
  choosePartition,
  readSignature,
  readTags,
  redHatTagSeal,
  removeTags,
  signaturePatch,
  signedBytes,
  suseTagSeal,
  type TagOptions,
  tagSeal,
  verifyTags,
} from '../../../../src/format/checkmedia/index.js';
import { quietRun } from '../../../../src/io/content.js';
import { createDigest } from '../../../../src/io/digest.js';
import { bytesSource } from '../../../../src/io/memory.js';
import { patched, skeletonImage, tagText } from '../../../support/tagged-images.js';
import { noise } from '../../../support/trees.js';

const run = quietRun();
const plain = () => skeletonImage({ full: 4000, iso: 4000, pad: 0, partition: { start: 68, sectors: 3000 } });
const withTags = (text: string) => patched(plain(), [{ at: 0x8373, bytes: Buffer.from(text.padEnd(512)) }]);
const sealed = async (image: Uint8Array, seal = suseTagSeal({ digests: ['sha256'], pad: 0, check: true })) =>
  patched(image, await seal.seal(bytesSource(image), run));
/** Element-wise comparison of large arrays takes the matcher minutes. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const codeOf = async (act: () => Promise<unknown>) => {
  try {
    await act();
  } catch (error) {
    return error instanceof IsopressError ? error.code : error;
  }
  return undefined;
};

describe('SUSE tags', () => {
  test('are in the order of KIWI and fill the area with blanks', async () => {
    const tagged = await sealed(plain());
    expect(tagText(tagged)).toMatch(/^check=1;pad=0;sha256sum=[0-9a-f]{64};partition=68,3000,[0-9a-f]{64}$/);
    expect(tagged[0x8373 + 511]).toBe(0x20);
    expect(await verifyTags(bytesSource(tagged), run)).toMatchObject({ ok: true, style: 'suse' });
  });

  test('several digests are listed; the partition has the first', async () => {
    const tagged = await sealed(plain(), suseTagSeal({ digests: ['sha1', 'md5', 'sha224'] }));
    expect(tagText(tagged)).toMatch(/^sha1sum=\w{40};md5sum=\w{32};sha224sum=\w{56};partition=68,3000,\w{40}$/);
    const verdict = await verifyTags(bytesSource(tagged), run);
    expect(verdict.digests.map(({ what, digest, ok }) => [what, digest, ok])).toEqual([
      ['iso', 'sha1', true],
      ['iso', 'md5', true],
      ['iso', 'sha224', true],
      ['partition', 'sha1', true],
    ]);
  });

  test('a second seal gives the same bytes, and keeps foreign keys and places', async () => {
    const once = await sealed(plain());
    expect(same(await sealed(once), once)).toBe(true);
    const kept = await sealed(withTags('volume=abc;sha256sum=00;check=0'));
    expect(tagText(kept)).toMatch(/^volume=abc;sha256sum=\w{64};check=1;pad=0;partition=/);
  });

  test('tags of the Red Hat style give way, and the other way round', async () => {
    const redHat = await sealed(plain(), redHatTagSeal());
    expect((await readTags(bytesSource(redHat))).style).toBe('rh');
    expect(same(await sealed(redHat), await sealed(plain()))).toBe(true);
    expect(same(await sealed(await sealed(plain()), redHatTagSeal()), redHat)).toBe(true);
  });

  test('the MBR may change afterwards, anything else may not', async () => {
    const tagged = await sealed(plain());
    const changed = (at: number) => {
      const copy = tagged.slice();
      copy[at]! ^= 1;
      return verifyTags(bytesSource(copy), run);
    };
    expect((await changed(440)).ok).toBe(true);
    for (const at of [512, 0x8372, 0x8573, 1_999_999]) expect((await changed(at)).ok).toBe(false);
    // After the partition only the digest of the volume changes.
    expect((await changed(3_500 * 512)).digests.map(({ ok }) => ok)).toEqual([false, true]);
  });

  test('a signature put into its block later does not matter', async () => {
    const tagged = await sealed(skeletonImage({ full: 4000, iso: 4000, pad: 0, signature: 1200 }));
    expect(tagText(tagged)).toMatch(/;signature=1200$/);
    tagged.set(Buffer.from('-----BEGIN PGP SIGNATURE-----'), 1200 * 512 + 64);
    expect(await verifyTags(bytesSource(tagged), run)).toMatchObject({ ok: true, signatureAt: 1200 * 512 });
  });
});

describe('reading', () => {
  test('any case, any blanks, as checkmedia does', async () => {
    const digest = tagText(await sealed(plain(), suseTagSeal({ digests: ['md5'], partition: 'none' }))).slice(7);
    const { tags, style } = await readTags(bytesSource(withTags(`Check = 1 ; MD5SUM=  ${digest.toUpperCase()};;x`)));
    expect(tags).toEqual([{ key: 'Check', value: '1' }, { key: 'MD5SUM', value: digest.toUpperCase() }, { key: 'x' }]);
    expect(style).toBe('suse');
    expect((await verifyTags(bytesSource(withTags(`MD5SUM = ${digest.toUpperCase()}`)), run)).ok).toBe(true);
  });

  test('nothing to check is no success', async () => {
    expect(await verifyTags(bytesSource(plain()), run)).toMatchObject({ ok: false, style: 'none', digests: [] });
  });

  test('both styles at once is no success', async () => {
    const suse = tagText(await sealed(plain(), suseTagSeal({ digests: ['md5'], partition: 'none' })));
    const rh = tagText(await sealed(plain(), redHatTagSeal()));
    const verdict = await verifyTags(bytesSource(withTags(`${suse};${rh}`)), run);
    expect(verdict).toMatchObject({ ok: false, style: 'mixed' });
  });

  test('removing leaves blanks', async () => {
    const tagged = await sealed(plain());
    const cleared = patched(tagged, await removeTags(bytesSource(tagged)));
    expect(same(cleared, patched(plain(), [{ at: 0x8373, bytes: new Uint8Array(512).fill(0x20) }]))).toBe(true);
  });
});

describe('refused', () => {
  const cut = () => plain().subarray(0, 3999 * 512);
  const unequal = () => patched(plain(), [{ at: 0x8054, bytes: Uint8Array.of(0, 0, 0, 9) }]);
  const seal = suseTagSeal({ digests: ['md5'] });
  test.each<[string, () => Uint8Array]>([
    ['checkmedia.no-iso', () => new Uint8Array(100)],
    ['checkmedia.no-iso', () => new Uint8Array(100_000)],
    ['checkmedia.truncated', cut],
    ['checkmedia.volume-size', unequal],
    ['checkmedia.area-in-use', () => withTags('\x01binary')],
    ['checkmedia.area-in-use', () => withTags('\xe4')],
  ])('%s', async (code, image) => {
    expect(await codeOf(() => seal.seal(bytesSource(image()), run))).toBe(code);
    expect(await codeOf(() => verifyTags(bytesSource(image()), run))).toBe(code);
  });

  test('tags that make no sense', async () => {
    const judged = (text: string) => codeOf(() => verifyTags(bytesSource(withTags(text)), run));
    expect(await judged('pad=9999999;md5sum=0')).toBe('checkmedia.bad-tags');
    expect(await judged('md5sum=0;partition=0,4001,00000000000000000000000000000000')).toBe('checkmedia.bad-tags');
    expect(await judged('md5sum=0;partition=1,2')).toBe('checkmedia.bad-tags');
    expect(await judged('ISO MD5SUM = 0;FRAGMENT SUMS = 0;FRAGMENT COUNT = 7')).toBe('checkmedia.bad-tags');
  });

  test('options that cannot be', async () => {
    expect(await codeOf(async () => suseTagSeal({ digests: [] }))).toBe('checkmedia.no-digest');
    expect(await codeOf(async () => suseTagSeal({ digests: ['md5'], pad: -1 }))).toBe('checkmedia.number');
    expect(await codeOf(async () => redHatTagSeal({ fragments: 3 }))).toBe('checkmedia.fragments');
    const image = bytesSource(plain());
    const all = suseTagSeal({ digests: ['sha512', 'sha384', 'sha256', 'sha224', 'sha1', 'md5'] });
    expect(await codeOf(() => all.seal(image, run))).toBe('checkmedia.too-long');
    expect(await codeOf(() => suseTagSeal({ digests: ['md5'], pad: 5000 }).seal(image, run))).toBe('checkmedia.pad');
    const outside = suseTagSeal({ digests: ['md5'], partition: { start: 64, sectors: 4000 } });
    expect(await codeOf(() => outside.seal(image, run))).toBe('checkmedia.partition-outside');
  });
});

describe('choice of the partition', () => {
  const GUID = {
    data: 'a2a0d0ebe5b9334487c068b6b72699c7',
    esp: '28732ac11ff8d211ba4b00a0c93ec93b',
  };
  function table(
    mbr: [status: number, type: number, start: number, sectors: number][],
    gpt: [string, number, number][] = [],
  ) {
    const head = Buffer.alloc(100_000);
    head.writeUInt16LE(0xaa55, 510);
    for (const [i, [status, type, start, sectors]] of mbr.entries()) {
      head.writeUInt8(status, 446 + i * 16);
      head.writeUInt8(type, 450 + i * 16);
      head.writeUInt32LE(start, 454 + i * 16);
      head.writeUInt32LE(sectors, 458 + i * 16);
    }
    if (gpt.length > 0) {
      head.write('EFI PART', 512);
      head.writeUInt32LE(0x10000, 520);
      head.writeBigUInt64LE(2n, 584);
      head.writeUInt32LE(248, 592);
      head.writeUInt32LE(128, 596);
    }
    for (const [i, [type, first, last]] of gpt.entries()) {
      head.write(type, 1024 + i * 128, 'hex');
      head.writeBigUInt64LE(BigInt(first), 1024 + i * 128 + 32);
      head.writeBigUInt64LE(BigInt(last), 1024 + i * 128 + 40);
    }
    return choosePartition(bytesSource(new Uint8Array(head)));
  }

  test('MBR: the one that ends last and is not an ESP', async () => {
    expect(
      await table([
        [0x80, 0xcd, 64, 5384],
        [0, 0xef, 5448, 40960],
      ]),
    ).toEqual({ start: 64, sectors: 5384 });
    expect(
      await table([
        [0, 0x83, 64, 100],
        [0, 0x17, 200, 50],
        [0, 0, 900, 50],
      ]),
    ).toEqual({ start: 200, sectors: 50 });
    expect(await table([[0x41, 0x83, 64, 100]])).toBeUndefined();
  });
  test('MBR: the dummy of a hybrid ends the search', async () => {
    expect(
      await table([
        [0, 0x83, 64, 100],
        [0x80, 0, 0, 1],
        [0, 0x83, 500, 100],
      ]),
    ).toEqual({ start: 64, sectors: 100 });
  });
  test('GPT comes before MBR and skips the ESP', async () => {
    const mbr: Parameters<typeof table>[0] = [[0, 0xee, 1, 199]];
    expect(
      await table(mbr, [
        [GUID.data, 64, 163],
        [GUID.esp, 164, 190],
      ]),
    ).toEqual({ start: 64, sectors: 100 });
    expect(await table(mbr, [[GUID.esp, 164, 190]])).toEqual({ start: 1, sectors: 199 });
  });
  test('no table, no partition', async () => {
    expect(await choosePartition(bytesSource(new Uint8Array(100_000)))).toBeUndefined();
    expect(await choosePartition(bytesSource(new Uint8Array(10)))).toBeUndefined();
  });
});

describe('fragment sums', () => {
  // The example of checkmedia's README: 20 fragments of 100 030 561 bytes, ends given in sectors.
  test('end where the published example ends them', () => {
    const total = 4_102_816 * 512;
    const ends: number[] = [];
    let position = 0;
    const digest = {
      update: (bytes: Uint8Array) => {
        position += bytes.length;
      },
      snapshot: () => {
        ends.push(position / 512);
        return new Uint8Array(16);
      },
      hex: () => '',
    };
    const sums = new FragmentSums(digest, total, 20);
    const chunk = new Uint8Array(1 << 20);
    for (let at = 0; at < total; at += chunk.length) sums.update(chunk.subarray(0, Math.min(chunk.length, total - at)));
    expect(ends).toEqual([
      195456, 390848, 586240, 781568, 976960, 1172352, 1367680, 1563072, 1758464, 1953792, 2149184, 2344576, 2539904,
      2735296, 2930688, 3126080, 3321408, 3516800, 3712192, 3907520,
    ]);
  });

  test('do not depend on the portions the bytes come in, and take digits without leading zeros', () => {
    const total = 2_344_960;
    const bytes = noise(total, 7);
    const fragment = Math.floor(total / 21);
    const expected = Array.from({ length: 20 }, (_, i) => {
      const digest = createDigest('md5');
      digest.update(bytes.subarray(0, (Math.ceil(((i + 1) * fragment) / 32_768) + 1) * 32_768));
      return [...digest.snapshot().subarray(0, 3)].map((byte) => byte.toString(16)[0]).join('');
    }).join('');
    for (const portion of [1000, 32_768, 70_000, total]) {
      const sums = new FragmentSums(createDigest('md5'), total, 20);
      for (let at = 0; at < total; at += portion) sums.update(bytes.subarray(at, at + portion));
      expect(sums.sums).toBe(expected);
    }
  });
});

describe('fragment sums in SUSE style', () => {
  const seal = suseTagSeal({ digests: ['md5', 'sha256'], fragments: 20, partition: 'none' });

  test('are those of the Red Hat style where both cover the same bytes', async () => {
    const image = skeletonImage({ full: 4000, iso: 4000, pad: 0 });
    image.set(noise(1_500_000, 3), 100_000);
    const tags = parseTagText(tagText(await sealed(image, seal)));
    const other = parseTagText(tagText(await sealed(image, redHatTagSeal({ skip: 0 }))));
    expect(tags.get('fragment sums')).toBe(other.get('FRAGMENT SUMS'));
    expect(tags.get('md5sum')).toBe(other.get('ISO MD5SUM'));
    expect([...tags.keys()]).toEqual(['md5sum', 'sha256sum', 'fragment sums', 'fragment count']);
  });

  test('let a check fail early', async () => {
    const image = skeletonImage({ full: 40_000, iso: 40_000, pad: 0 });
    const tagged = await sealed(image, seal);
    expect((await verifyTags(bytesSource(tagged), run)).digests.map(({ what, ok }) => [what, ok])).toEqual([
      ['iso', true],
      ['fragments', true],
      ['iso', true],
    ]);
    tagged[2_000_000] = 1;
    let read = 0;
    const source = bytesSource(tagged);
    const counted = {
      ...source,
      read: async (at: number, into: Uint8Array) => {
        read = at;
        await source.read(at, into);
      },
    };
    const verdict = await verifyTags(counted, run);
    expect(verdict).toMatchObject({ ok: false, stopped: true, digests: [{ what: 'fragments', ok: false }] });
    expect(read).toBeLessThan(6_000_000);
  });
});

describe('the signature block', () => {
  const image = () => skeletonImage({ full: 4000, iso: 4000, pad: 0, signature: 2000 });
  const signature = new TextEncoder().encode('-----BEGIN PGP SIGNATURE-----\n');

  test('is found, filled and read, and the digests stay right', async () => {
    const tagged = await sealed(image());
    expect(tagText(tagged)).toMatch(/;signature=2000$/);
    expect(await readSignature(bytesSource(tagged))).toBeUndefined();
    expect(same(await signedBytes(bytesSource(tagged)), tagged.subarray(0x8373, 0x8573))).toBe(true);
    const signed = patched(tagged, [await signaturePatch(bytesSource(tagged), signature)]);
    expect(await readSignature(bytesSource(signed))).toEqual(signature);
    expect(await verifyTags(bytesSource(signed), run)).toMatchObject({ ok: true, signatureAt: 2000 * 512 });
  });

  test('refusals name what is missing', async () => {
    const tagged = await sealed(image());
    const put = (bytes: Uint8Array, on: Uint8Array) => codeOf(() => signaturePatch(bytesSource(on), bytes));
    expect(await put(new Uint8Array(1985), tagged)).toBe('checkmedia.signature-size');
    expect(await put(signature, await sealed(plain()))).toBe('checkmedia.no-signature-block');
    tagged[2000 * 512] = 0x20;
    expect(await put(signature, tagged)).toBe('checkmedia.signature-mark');
    expect(await codeOf(() => signedBytes(bytesSource(plain())))).toBe('checkmedia.no-tags');
  });
});

function parseTagText(text: string): Map<string, string> {
  return new Map(
    text.split(';').map((pair): [string, string] => {
      const [key = '', value = ''] = pair.split('=');
      return [key.trim(), value.trim()];
    }),
  );
}

describe('the chooser of tags', () => {
  test.each<[string, TagOptions]>([
    ['rh holds an MD5 digest only', { style: 'rh', digests: ['sha512'] }],
    ['rh holds one digest', { style: 'rh', digests: ['md5', 'sha256'] }],
    ['rh does not ask the medium to check itself', { style: 'rh', check: true }],
    ['rh has no padding', { style: 'rh', pad: 0 }],
    ['rh has no partition', { style: 'rh', partition: 'auto' }],
    ['suse skips nothing', { style: 'suse', skip: 15 }],
    ['suse has no mark of support', { style: 'suse', supported: true }],
  ])('%s: what a style has no place for is refused', (_, options) => {
    expect(() => tagSeal(options)).toThrow(expect.objectContaining({ code: 'checkmedia.style' }));
  });

  test('styles have their usual digests', async () => {
    expect(tagText(await sealed(plain(), tagSeal({ style: 'suse' })))).toMatch(/^sha256sum=/);
    expect(tagText(await sealed(plain(), tagSeal({ style: 'rh', digests: ['md5'] })))).toMatch(/^ISO MD5SUM = /);
  });
});
