import { describe, expect, test } from 'vitest';
import { crc16, crc32, crc32c, crc32cWord, crcCcitt } from '../../../src/bytes/crc.js';

const check = new TextEncoder().encode('123456789');

describe('check values of the CRC catalogue', () => {
  test('CRC-32C', () => expect(~crc32c(~0, check) >>> 0).toBe(0xe3069283));
  test('CRC-32', () => expect(crc32(check)).toBe(0xcbf43926));
  test('CRC-16/ARC', () => expect(crc16(0, check)).toBe(0xbb3d));
  test('CRC-16/XMODEM (CCITT from 0)', () => expect(crcCcitt(check)).toBe(0x31c3));
});

test('slicing equals byte by byte for every length and split', () => {
  const data = Uint8Array.from({ length: 300 }, (_, i) => (i * 37 + (i >> 3)) & 0xff);
  for (let length = 0; length < 80; length++) {
    let slow = ~0 >>> 0;
    for (let i = 0; i < length; i++) slow = crc32c(slow, data, i, i + 1);
    expect(crc32c(~0, data, 0, length)).toBe(slow);
    expect(crc32c(crc32c(~0, data, 0, length), data, length)).toBe(crc32c(~0, data));
  }
});

test('a word is summed as its four bytes, lowest first', () => {
  for (const word of [0, 1, 0x12345678, 0xfffffffe]) {
    const bytes = Uint8Array.of(word, word >>> 8, word >>> 16, word >>> 24);
    expect(crc32cWord(77, word)).toBe(crc32c(77, bytes));
  }
});
