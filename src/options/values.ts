// The values of options of other programs. Each reader throws a BadValue, which the table's reader turns into an error
// that names the program and the option.

import { isUuid, parseBinarySize } from '../bytes/index.js';

/** A value that an option does not take; the message says what it takes. */
export class BadValue extends Error {}

/** A whole number from `min` to `max`, in decimal digits. */
export function wholeNumber(text: string, min = 0, max = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new BadValue(max === Number.MAX_SAFE_INTEGER ? 'a whole number' : `a whole number from ${min} to ${max}`);
}

/** A number that may have a fraction. */
export function decimalNumber(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new BadValue('a number');
}

/** A number as C reads it: decimal, `0x` hexadecimal, or octal after a leading zero. */
export function cNumber(text: string, min: number, max: number): number {
  const octal = /^0[0-7]+$/.test(text);
  const value = octal ? Number.parseInt(text, 8) : /^(\d+|0x[0-9a-f]+)$/i.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new BadValue(`a whole number from ${min} to ${max}`);
}

/** Octal digits of a mode. */
export function octalMode(text: string): number {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  throw new BadValue('an octal mode up to 7777');
}

/** Bytes, or a number with a binary unit. */
export function binarySize(text: string): number {
  const bytes = parseBinarySize(text);
  if (bytes !== undefined) return bytes;
  throw new BadValue('a size: bytes, or a number with K, M, G or T');
}

/** A UUID; words that request a random one are refused. */
export function uuidValue(text: string): string {
  if (isUuid(text)) return text;
  throw new BadValue('a UUID (without one it derives from the seed, so that images do not differ from run to run)');
}

/** One of `known`. */
export function oneOf<T extends string>(text: string, known: readonly T[]): T {
  if (known.includes(text as T)) return text as T;
  throw new BadValue(`one of ${known.join(', ')}`);
}

/** Names from `known`, separated by commas. */
export function listOf<T extends string>(text: string, known: readonly T[]): T[] {
  return text.split(',').map((name) => {
    if (known.includes(name as T)) return name as T;
    throw new BadValue(`a list of ${known.join(', ')}`);
  });
}
