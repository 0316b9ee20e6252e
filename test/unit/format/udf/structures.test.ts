import { describe, expect, test } from 'vitest';
import { struct } from '../../../../src/bytes/struct.js';
import { byteStringOf, fromText } from '../../../../src/bytes/text.js';
import { fromCalendar, timestamp } from '../../../../src/bytes/time.js';
import { InvalidImageError } from '../../../../src/errors.js';
import { continuationBlocks, descriptorCount, renderAllocation } from '../../../../src/format/udf/allocation.js';
import { cs0Length, decodeCs0, encodeCs0 } from '../../../../src/format/udf/cs0.js';
import { stamp } from '../../../../src/format/udf/fields.js';
import { modeOf, permissions } from '../../../../src/format/udf/file-entry.js';
import { encodeTarget, isExactTarget } from '../../../../src/format/udf/link-target.js';
import { NAME_BYTES, storedNames } from '../../../../src/format/udf/names.js';
import { readTag, stamped } from '../../../../src/format/udf/tag.js';
import fc from '../../../support/random.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('descriptor tag', () => {
  const descriptor = () =>
    stamped(
      Uint8Array.from({ length: 32 }, (_, i) => i),
      { id: 8, version: 2, location: 37 },
    );

  test('has its checksums in the places of the standard', () => {
    const bytes = descriptor();
    // CRC-16/CCITT over bytes 16…31 computed with Python's binascii.crc_hqx(bytes(range(16, 32)), 0).
    expect(hex(bytes.subarray(0, 16))).toBe('08000200bf0000006c14100025000000');
    expect(readTag(bytes)).toMatchObject({ id: 8, version: 2, location: 37, crcLength: 16 });
  });

  test('distinguishes damage from absence', () => {
    const damaged = descriptor();
    damaged[20]! ^= 1;
    expect(() => readTag(damaged)).toThrow(InvalidImageError);
    expect(readTag(new Uint8Array(32))).toBeUndefined();
    damaged[0]! ^= 1;
    expect(readTag(damaged)).toBeUndefined();
  });
});

describe('characters', () => {
  test('take 8 bits where that is enough', () => {
    expect(hex(encodeCs0('aü'))).toBe('0861fc');
    expect(hex(encodeCs0('aΩ'))).toBe('10006103a9');
    expect(encodeCs0('')).toHaveLength(0);
  });

  test('survive', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeCs0(encodeCs0(text))).toBe(text);
        expect(encodeCs0(text)).toHaveLength(cs0Length(text));
      }),
    );
  });
});

test('timestamps are UTC to the microsecond', () => {
  const time = struct('time', 12, { time: stamp(0) });
  const moment = fromCalendar({
    year: 2023,
    month: 11,
    day: 14,
    hour: 22,
    minute: 13,
    second: 20,
    nanoseconds: 123_456_789,
  });
  expect(hex(time.encode({ time: moment }))).toBe('0010e7070b0e160d140c2238');
  expect(time.decode(time.encode({ time: moment })).time).toEqual(timestamp(moment.seconds, 123_456_000));
  const inZone = Buffer.from('3c10e7070b0e170d14000000', 'hex');
  expect(time.decode(inZone).time).toEqual(timestamp(moment.seconds));
});

test('permissions and flags hold all twelve bits of a mode', () => {
  expect(permissions(0o754)).toBe(0b00111_00101_00100);
  for (const mode of [0, 0o777, 0o640, 0o1777, 0o4711, 0o2070]) {
    const flags = (mode & 0o4000 ? 0x40 : 0) | (mode & 0o2000 ? 0x80 : 0) | (mode & 0o1000 ? 0x100 : 0);
    expect(modeOf(permissions(mode), flags)).toBe(mode);
  }
});

describe('names', () => {
  test('that fit stay, others get a separate tag', () => {
    const invalid = byteStringOf(Uint8Array.of(0x62, 0xff, 0x63));
    const [a, b, c, d, e] = storedNames([
      fromText('plain'),
      invalid,
      fromText(`${'n'.repeat(251)}.txt`),
      fromText('Ω'.repeat(127)),
      fromText('n'.repeat(254)),
    ]);
    expect([a, d, e]).toEqual(['plain', 'Ω'.repeat(127), 'n'.repeat(254)]);
    expect(b).toMatch(/^b_c#[0-9a-f]{8}$/);
    expect(c).toMatch(/^n{241}#[0-9a-f]{8}\.txt$/);
  });

  test('are all different and short enough', () => {
    const names = fc.uniqueArray(fc.uint8Array({ minLength: 1, maxLength: 300 }).map(byteStringOf), { maxLength: 30 });
    fc.assert(
      fc.property(names, (list) => {
        const stored = storedNames(list);
        expect(new Set(stored).size).toBe(list.length);
        for (const name of stored) expect(cs0Length(name)).toBeLessThanOrEqual(NAME_BYTES);
      }),
    );
  });
});

test('link targets become components', () => {
  expect(hex(encodeTarget(fromText('/a/../.')))).toBe('02000000050200000861' + '0300000004000000');
  expect(['/', 'a/b', '/a/..'].map((target) => isExactTarget(fromText(target)))).toEqual([true, true, true]);
  expect(['a//b', 'a/', '//a'].map((target) => isExactTarget(fromText(target)))).toEqual([false, false, false]);
});

describe('allocation', () => {
  test('splits at the longest extent', () => {
    const { inEntry, continuations } = renderAllocation(
      { block: 7, partition: 0, size: 0x3fff_f800 + 5 },
      1872,
      8,
      { block: 1, partition: 0 },
      2,
    );
    expect(hex(inEntry)).toBe('00f8ff3f07000000' + '0500000006000800');
    expect(continuations).toEqual([]);
  });

  test('plans as many continuations as it renders, and every extent once', () => {
    const widths = fc.constantFrom(8 as const, 16 as const);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 80, max: 1872 }), widths, (gib, room, width) => {
        const size = gib * 2 ** 30;
        const { inEntry, continuations } = renderAllocation(
          { block: 0, partition: 0, size },
          room,
          width,
          { block: 100, partition: 0 },
          2,
        );
        expect(continuations).toHaveLength(continuationBlocks(size, room, width));
        const parts = [inEntry, ...continuations.map((block) => block.subarray(24, 24 + lengthIn(block)))];
        const found = parts.flatMap((part) => descriptorsIn(part, width));
        const data = found.filter(({ kind }) => kind === 0);
        expect(data).toHaveLength(descriptorCount(size));
        expect(data.reduce((sum, { length }) => sum + length, 0)).toBe(size);
        const links = found.filter(({ kind }) => kind === 3).map(({ block }) => block);
        expect(links).toEqual(continuations.map((_, i) => 100 + i));
        for (const [i, block] of continuations.entries())
          expect(readTag(block)).toMatchObject({ id: 258, location: 100 + i });
      }),
    );
  });
});

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const lengthIn = (block: Uint8Array) => view(block).getUint32(20, true);

function descriptorsIn(part: Uint8Array, width: number): { kind: number; length: number; block: number }[] {
  return Array.from({ length: part.length / width }, (_, i) => {
    const length = view(part).getUint32(i * width, true);
    return { kind: length >>> 30, length: length & 0x3fff_ffff, block: view(part).getUint32(i * width + 4, true) };
  });
}
