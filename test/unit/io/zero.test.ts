import { expect, test } from 'vitest';
import { isZero } from '../../../src/io/zero.js';

test('one byte that is not zero is found at any place', () => {
  const bytes = new Uint8Array(600_000);
  expect(isZero(bytes)).toBe(true);
  expect(isZero(bytes.subarray(0, 0))).toBe(true);
  for (const at of [0, 1, 262_143, 262_144, 262_145, 524_288, 599_999]) {
    bytes[at] = 1;
    expect(isZero(bytes)).toBe(false);
    expect(isZero(bytes, 0, at)).toBe(true);
    expect(isZero(bytes, at, at + 1)).toBe(false);
    expect(isZero(bytes, at + 1)).toBe(true);
    bytes[at] = 0;
  }
});
