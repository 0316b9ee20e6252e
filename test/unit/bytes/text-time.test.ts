import { describe, expect, test } from 'vitest';
import { alignUp, divCeil, padding } from '../../../src/bytes/align.js';
import { setBits, testBit } from '../../../src/bytes/bitmap.js';
import { guidBytes, guidText, uuidBytes, uuidText } from '../../../src/bytes/guid.js';
import {
  byteStringOf,
  bytesOf,
  compareBytes,
  displayText,
  fromText,
  shownName,
  toText,
  untilNul,
  withoutEnd,
  withoutUnescapedEnd,
} from '../../../src/bytes/text.js';
import { calendar, fromCalendar, fromNanoseconds, timestamp } from '../../../src/bytes/time.js';
import fc from '../../support/random.js';

describe('byte strings', () => {
  test('any bytes survive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(bytesOf(byteStringOf(bytes))).toEqual(bytes);
      }),
    );
  });
  test('text goes through UTF-8', () => {
    expect(fromText('ä')).toBe('\u00c3\u00a4');
    expect(toText(fromText('grün 漢'))).toBe('grün 漢');
    expect(toText(byteStringOf(Uint8Array.of(0xff)))).toBeUndefined();
  });
  test('order is byte order, not UTF-16 order', () => {
    expect(compareBytes(fromText('\uffff'), fromText('\u{10000}'))).toBe(-1);
  });
  test('display escapes what a terminal should not get', () => {
    expect(displayText(byteStringOf(Uint8Array.of(0x61, 0xff, 0x1b)))).toBe('a\\xff\\x1b');
    expect(displayText(fromText('a\u202eb\u0085'))).toBe('a\\xe2\\x80\\xaeb\\xc2\\x85');
  });
  test('every name has one spelling, and that spelling leads back to it', () => {
    const bytes = fc.array(
      fc.oneof(fc.nat(255), fc.constantFrom(...'\\x5cé'.split('').flatMap((c) => [...new TextEncoder().encode(c)]))),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const name = byteStringOf(Uint8Array.from(given));
        const shown = fromText(displayText(name));
        expect(shownName(shown) ?? shown).toBe(name);
      }),
    );
  });
});

describe('times', () => {
  test('nanoseconds before 1970 count forward', () => {
    expect(fromNanoseconds(-1n)).toEqual(timestamp(-1, 999_999_999));
  });
  test('calendar fields are UTC and invertible', () => {
    fc.assert(
      fc.property(fc.integer({ min: -62135596800, max: 253402300799 }), (seconds) => {
        expect(fromCalendar(calendar(timestamp(seconds, 5)))).toEqual(timestamp(seconds, 5));
      }),
    );
    expect(calendar(timestamp(951782400))).toMatchObject({ year: 2000, month: 2, day: 29, hour: 0 });
  });
});

test('alignment beyond 32 bits', () => {
  expect(alignUp(2 ** 40 + 1, 4096)).toBe(2 ** 40 + 4096);
  expect(alignUp(2 ** 40, 4096)).toBe(2 ** 40);
  expect(padding(4095, 2048)).toBe(1);
  expect(divCeil(4097, 4096)).toBe(2);
});

test('bitmaps', () => {
  const map = new Uint8Array(8);
  setBits(map, 3, 30);
  const set = Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => testBit(map, bit));
  expect(set).toEqual(Array.from({ length: 30 }, (_, turn) => turn + 3));
});

test('GUIDs store their first three fields little-endian', () => {
  const esp = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
  expect(Buffer.from(guidBytes(esp)).toString('hex')).toBe('28732ac11ff8d211ba4b00a0c93ec93b');
  expect(guidText(guidBytes(esp))).toBe(esp);
  expect(uuidText(uuidBytes(esp))).toBe(esp);
});

test('characters at an end are cut off, one after an odd number of backslashes is not', () => {
  expect(withoutEnd('a/b//', '/')).toBe('a/b');
  expect(withoutEnd('///', '/')).toBe('');
  expect(withoutEnd('a \0 ', '\0 ')).toBe('a');
  expect(withoutUnescapedEnd('a  ', ' ')).toBe('a');
  expect(withoutUnescapedEnd('a\\  ', ' ')).toBe('a\\ ');
  expect(withoutUnescapedEnd('a\\\\  ', ' ')).toBe('a\\\\');
  expect(untilNul('a\0b\0')).toBe('a');
  expect(untilNul('ab')).toBe('ab');
});
