// Structures as tables of fields: one table gives the reader, the writer and the type, with the offsets of the specification.

import { InternalError, InvalidImageError } from '../errors.js';
import type { Field } from './fields.js';

type Fields = Readonly<Record<string, Field<unknown>>>;

// biome-ignore lint/suspicious/noExplicitAny: a field of any value type is accepted here; the table keeps the exact type
type FieldTable = Readonly<Record<string, Field<any>>>;

type ValueOf<F extends FieldTable> = {
  -readonly [K in keyof F as F[K] extends { readonly reserved: true } ? never : K]: F[K] extends Field<infer T>
    ? T
    : never;
};

export interface Struct<T> {
  readonly name: string;
  /** Size in bytes. */
  readonly size: number;
  /** Each field, to read one of them without making an object of all, from bytes that were checked. */
  readonly fields: { readonly [K in keyof T]: Field<T[K]> };
  /** Reads the structure at byte `at`; throws {@link InvalidImageError} when the bytes end before it does. */
  decode(bytes: Uint8Array, at?: number): T;
  /** Throws as {@link decode} when the bytes end before the structure at `at` does: then its fields can be read. */
  checkThrough(view: DataView, at: number): void;
  /** As {@link decode}, through one view for many structures. */
  decodeThrough(view: DataView, at: number): T;
  /** The structure as new bytes. */
  encode(value: T): Uint8Array;
  /** Writes the structure into `bytes` at byte `at`. */
  encodeInto(value: T, bytes: Uint8Array, at: number): void;
  /** Writes only these fields into `bytes`; all other bytes stay. */
  change(values: Partial<T>, bytes: Uint8Array, at?: number): void;
  /** As {@link encodeInto}, through one view for many structures: a view per structure would survive the young generation. */
  encodeThrough(value: T, view: DataView, at: number): void;
}

/** The value type of a structure. */
export type Value<S> = S extends Struct<infer T> ? T : never;

/**
 * Declares an on-disk structure of `size` bytes. Gaps and overlaps are refused when the module loads:
 * a hole is stated with `reserved(at, length)`.
 */
export function struct<F extends FieldTable>(name: string, size: number, fields: F): Struct<ValueOf<F>> {
  checkCoverage(name, size, fields);
  // Two flat lists: structures are encoded by the hundred thousand, and an iterator with pairs would cost more than their fields.
  const keys = Object.keys(fields);
  const kinds: readonly Field<unknown>[] = Object.values(fields as Fields);
  const encodeThrough = (value: ValueOf<F>, view: DataView, at: number) => {
    for (let i = 0; i < keys.length; i++) kinds[i]!.write(view, at, (value as Record<string, unknown>)[keys[i]!]);
  };
  const encodeInto = (value: ValueOf<F>, bytes: Uint8Array, at: number) =>
    encodeThrough(value, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at);
  const checkThrough = (view: DataView, at: number) => {
    if (at >= 0 && at + size <= view.byteLength) return;
    throw new InvalidImageError('image.truncated', `The image ends before the end of its ${name}.`, { at });
  };
  const decodeThrough = (view: DataView, at: number) => {
    checkThrough(view, at);
    const value: Record<string, unknown> = {};
    for (let i = 0; i < keys.length; i++) if (!kinds[i]!.reserved) value[keys[i]!] = kinds[i]!.read(view, at);
    return value as ValueOf<F>;
  };
  return {
    name,
    size,
    fields: fields as unknown as Struct<ValueOf<F>>['fields'],
    encodeInto,
    encodeThrough,
    change: (values, bytes, at = 0) => {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (const [key, value] of Object.entries(values)) fields[key]!.write(view, at, value);
    },
    encode: (value) => {
      const bytes = new Uint8Array(size);
      encodeInto(value, bytes, 0);
      return bytes;
    },
    decode: (bytes, at = 0) => decodeThrough(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at),
    checkThrough,
    decodeThrough,
  };
}

function checkCoverage(name: string, size: number, fields: Fields): void {
  let end = 0;
  for (const [key, field] of Object.entries(fields).sort(([, a], [, b]) => a.at - b.at)) {
    if (field.at !== end) {
      const fault = field.at > end ? 'a gap before' : 'an overlap at';
      throw new InternalError(
        'internal.struct',
        `${name} has ${fault} "${key}": ${end} bytes so far, field at ${field.at}.`,
      );
    }
    end = field.at + field.length;
  }
  if (end !== size) throw new InternalError('internal.struct', `${name} covers ${end} of ${size} bytes.`);
}
