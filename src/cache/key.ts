// Keys: digests of everything that decides the bytes of a result. docs/keys.md has their exact form.

import { InternalError } from '../errors.js';
import { digestOf } from '../io/index.js';

/** Raised when the form of a key changes, so that keys of different versions are never equal. */
export const KEY_VERSION = 'v1';

/** A value of a key: plain data. Bytes count by their digest, a set as the sorted list of its values. */
export type KeyValue =
  | string
  | number
  | bigint
  | boolean
  | undefined
  | null
  | Uint8Array
  | readonly KeyValue[]
  | ReadonlySet<string>
  | KeyFields;

/** Values by their names. */
export interface KeyFields {
  readonly [name: string]: KeyValue;
}

/**
 * SHA-256, as hexadecimal text, over `isopress KIND v1`, a line feed, and the fields as JSON without blanks, with the names of every
 * object in byte order. A field without a value is left out.
 */
export function keyOf(kind: string, fields: KeyFields): string {
  const text = `isopress ${kind} ${KEY_VERSION}\n${JSON.stringify(canonical(fields))}`;
  return hexOf(digestOf('sha256', Buffer.from(text, 'utf8')));
}

/** Lower-case hexadecimal text. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

function canonical(value: KeyValue): unknown {
  if (value instanceof Uint8Array) return { sha256: hexOf(digestOf('sha256', value)) };
  if (value instanceof Set) return [...value].sort();
  if (Array.isArray(value)) return value.map((item) => canonical(item) ?? null);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || value instanceof Map) {
    throw new InternalError('internal.key', 'A key can only be made of plain data.');
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as KeyFields;
  const names = Object.keys(fields).sort();
  return Object.fromEntries(names.map((name) => [name, canonical(fields[name])]));
}
