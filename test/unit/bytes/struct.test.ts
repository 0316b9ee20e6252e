import { describe, expect, test } from 'vitest';
import {
  bytes,
  optionalU64le,
  paddedText,
  reserved,
  u8,
  u16both,
  u16le,
  u32be,
  u64le,
} from '../../../src/bytes/fields.js';
import { struct } from '../../../src/bytes/struct.js';
import { fromText } from '../../../src/bytes/text.js';
import { InternalError, InvalidImageError } from '../../../src/errors.js';

const sample = struct('sample', 40, {
  kind: u8(0),
  gap: reserved(1, 1, 0xee),
  count: u16le(2),
  magic: u32be(4),
  size: u64le(8),
  table: optionalU64le(16),
  both: u16both(24),
  label: paddedText(28, 8),
  raw: bytes(36, 4),
});
const value = {
  kind: 7,
  count: 0x1234,
  magic: 0xdeadbeef,
  size: 0x12_3456_789a,
  table: undefined,
  both: 0x0102,
  label: fromText('LIVE'),
  raw: Uint8Array.of(1, 2, 3, 4),
};

describe('struct', () => {
  test('writes fields at the offsets of the table', () => {
    expect(Buffer.from(sample.encode(value)).toString('hex')).toBe(
      '07ee3412deadbeef9a78563412000000ffffffffffffffff020101024c4956452020202001020304',
    );
  });
  test('reads back what it wrote', () => {
    expect(sample.decode(sample.encode(value))).toEqual(value);
  });
  test('refuses gaps and overlaps when declared', () => {
    expect(() => struct('gap', 4, { a: u8(0), b: u16le(2) })).toThrow(InternalError);
    expect(() => struct('overlap', 4, { a: u16le(0), b: u16le(1), c: u8(3) })).toThrow(InternalError);
    expect(() => struct('short', 4, { a: u16le(0) })).toThrow(InternalError);
  });
  test('refuses values that would lose bits', () => {
    expect(() => sample.encode({ ...value, count: 0x10000 })).toThrow(InternalError);
    expect(() => sample.encode({ ...value, kind: -1 })).toThrow(InternalError);
    expect(() => sample.encode({ ...value, kind: 1.5 })).toThrow(InternalError);
    expect(() => sample.encode({ ...value, label: fromText('TOO LONG!') })).toThrow(InternalError);
  });
  test('a structure cut short is a fault of the image', () => {
    expect(() => sample.decode(new Uint8Array(39))).toThrow(InvalidImageError);
    expect(() => sample.decode(new Uint8Array(64), 30)).toThrow(InvalidImageError);
  });
});
