// The field kinds of on-disk structures: where a value is, how it is read and how it is written.
// Numbers that do not fit their field are refused.

import { InternalError } from '../errors.js';
import { type ByteString, byteStringOf } from './text.js';

/** One field of a structure: `length` bytes from byte `at` of the structure. */
export interface Field<T> {
  readonly at: number;
  readonly length: number;
  /** Filled with a fixed byte, carries no value. */
  readonly reserved?: true;
  read(view: DataView, base: number): T;
  write(view: DataView, base: number, value: T): void;
}

export type ReservedField = Field<undefined> & { readonly reserved: true };

const U32 = 0x1_0000_0000;

function integer<T extends number>(
  at: number,
  length: number,
  min: number,
  max: number,
  read: (view: DataView, at: number) => T,
  write: (view: DataView, at: number, value: T) => void,
): Field<T> {
  return {
    at,
    length,
    read: (view, base) => read(view, base + at),
    write: (view, base, value) => {
      if (!Number.isInteger(value) || value < min || value > max) {
        throw new InternalError('internal.field-range', `Value ${value} does not fit ${length} bytes at offset ${at}.`);
      }
      write(view, base + at, value);
    },
  };
}

export const u8 = (at: number) =>
  integer(
    at,
    1,
    0,
    0xff,
    (v, p) => v.getUint8(p),
    (v, p, x) => v.setUint8(p, x),
  );

export const u16le = (at: number) =>
  integer(
    at,
    2,
    0,
    0xffff,
    (v, p) => v.getUint16(p, true),
    (v, p, x) => v.setUint16(p, x, true),
  );

export const i16le = (at: number) =>
  integer(
    at,
    2,
    -0x8000,
    0x7fff,
    (v, p) => v.getInt16(p, true),
    (v, p, x) => v.setInt16(p, x, true),
  );

export const u32le = (at: number) =>
  integer(
    at,
    4,
    0,
    U32 - 1,
    (v, p) => v.getUint32(p, true),
    (v, p, x) => v.setUint32(p, x, true),
  );

export const u32be = (at: number) =>
  integer(
    at,
    4,
    0,
    U32 - 1,
    (v, p) => v.getUint32(p, false),
    (v, p, x) => v.setUint32(p, x, false),
  );

export const i32le = (at: number) =>
  integer(
    at,
    4,
    -U32 / 2,
    U32 / 2 - 1,
    (v, p) => v.getInt32(p, true),
    (v, p, x) => v.setInt32(p, x, true),
  );

/** 64-bit little-endian. Values beyond 2^53 read as an inexact number and are out of bounds for every check; they cannot be written. */
export const u64le = (at: number) =>
  integer(
    at,
    8,
    0,
    Number.MAX_SAFE_INTEGER,
    (v, p) => v.getUint32(p, true) + v.getUint32(p + 4, true) * U32,
    (v, p, x) => {
      v.setUint32(p, x % U32, true);
      v.setUint32(p + 4, Math.floor(x / U32), true);
    },
  );

/** 64-bit big-endian, with the bounds of {@link u64le}. */
export const u64be = (at: number) =>
  integer(
    at,
    8,
    0,
    Number.MAX_SAFE_INTEGER,
    (v, p) => v.getUint32(p, false) * U32 + v.getUint32(p + 4, false),
    (v, p, x) => {
      v.setUint32(p, Math.floor(x / U32), false);
      v.setUint32(p + 4, x % U32, false);
    },
  );

/** 64-bit little-endian with a sign, for times. Values beyond 2^53 read as an inexact number and cannot be written. */
export const i64le = (at: number) =>
  integer(
    at,
    8,
    Number.MIN_SAFE_INTEGER,
    Number.MAX_SAFE_INTEGER,
    (v, p) => v.getUint32(p, true) + v.getInt32(p + 4, true) * U32,
    (v, p, x) => {
      const high = Math.floor(x / U32);
      v.setUint32(p, x - high * U32, true);
      v.setInt32(p + 4, high, true);
    },
  );

/** Both-endian 16-bit (ECMA-119 7.2.3): little-endian, then big-endian. Reads the first half. */
export const u16both = (at: number) =>
  integer(
    at,
    4,
    0,
    0xffff,
    (v, p) => v.getUint16(p, true),
    (v, p, x) => {
      v.setUint16(p, x, true);
      v.setUint16(p + 2, x, false);
    },
  );

/** Both-endian 32-bit (ECMA-119 7.3.3). Reads the first half. */
export const u32both = (at: number) =>
  integer(
    at,
    8,
    0,
    U32 - 1,
    (v, p) => v.getUint32(p, true),
    (v, p, x) => {
      v.setUint32(p, x, true);
      v.setUint32(p + 4, x, false);
    },
  );

/** 64-bit little-endian offset; all ones stands for "absent" and is `undefined` here. */
export function optionalU64le(at: number): Field<number | undefined> {
  const number = u64le(at);
  const isNone = (v: DataView, p: number) => v.getUint32(p, true) === U32 - 1 && v.getUint32(p + 4, true) === U32 - 1;
  return {
    at,
    length: 8,
    read: (view, base) => (isNone(view, base + at) ? undefined : number.read(view, base)),
    write: (view, base, value) => {
      if (value !== undefined) return number.write(view, base, value);
      view.setUint32(base + at, U32 - 1, true);
      view.setUint32(base + at + 4, U32 - 1, true);
    },
  };
}

/** Exactly `length` raw bytes. Reading copies them. */
export function bytes(at: number, length: number): Field<Uint8Array> {
  return {
    at,
    length,
    read: (view, base) => byteRange(view, base + at, length).slice(),
    write: (view, base, value) => {
      if (value.length !== length) {
        throw new InternalError('internal.field-length', `${value.length} bytes given for a field of ${length}.`);
      }
      byteRange(view, base + at, length).set(value);
    },
  };
}

/** Byte string padded at the end with `pad`, which is stripped when reading. Longer values are refused. */
export function paddedText(at: number, length: number, pad = 0x20): Field<ByteString> {
  return {
    at,
    length,
    read: (view, base) => {
      const field = byteRange(view, base + at, length);
      let end = length;
      while (end > 0 && field[end - 1] === pad) end--;
      return end === 0 ? ('' as ByteString) : byteStringOf(field.subarray(0, end));
    },
    write: (view, base, value) => {
      if (value.length > length) {
        throw new InternalError('internal.field-length', `Text of ${value.length} bytes for a field of ${length}.`);
      }
      const target = byteRange(view, base + at, length).fill(pad);
      for (let i = 0; i < value.length; i++) target[i] = value.charCodeAt(i);
    },
  };
}

/** A hole in the structure, written as `fill` and ignored when read. */
export function reserved(at: number, length: number, fill = 0): ReservedField {
  return {
    at,
    length,
    reserved: true,
    read: () => undefined,
    // Most holes are a few bytes, in structures of which there are many: an array over them would cost more than the bytes.
    write: (view, base) => {
      for (let i = 0; i < length; i++) view.setUint8(base + at + i, fill);
    },
  };
}

function byteRange(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}
