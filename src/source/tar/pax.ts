// Extended headers (IEEE 1003.1-2024, pax, "pax Extended Header"): records that override fields of the header that follows,
// with extended attributes as star and GNU tar store them.

import { type ByteString, byteStringOf, compareBytes, type Timestamp, timestamp } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import type { Xattr } from '../../tree/index.js';

/** One record; a later one of the same key counts, an empty value takes the key back. */
export type PaxRecord = readonly [key: string, value: ByteString];

/** All records in order: sparse maps repeat keys. */
export function readPaxRecords(data: Uint8Array, at: number): PaxRecord[] {
  const records: PaxRecord[] = [];
  const text = byteStringOf(data);
  for (let from = 0; from < text.length; ) {
    // GNU tar and others pad with NULs.
    if (text[from] === '\0') break;
    const blank = text.indexOf(' ', from);
    const digits = text.slice(from, blank);
    const end = from + Number(digits);
    const equals = text.indexOf('=', blank);
    const valid = blank > from && /^[1-9]\d{0,9}$/.test(digits) && end <= text.length && text[end - 1] === '\n';
    if (!valid || equals < 0 || equals >= end) {
      throw new InvalidImageError('tar.pax', 'An extended header of the tar archive holds a broken record.', {
        at: at + from,
      });
    }
    records.push([text.slice(blank + 1, equals), text.slice(equals + 1, end - 1) as ByteString]);
    from = end;
  }
  return records;
}

/** The value that counts for a key, of records where later ones count. */
export function paxValue(records: readonly PaxRecord[], key: string): ByteString | undefined {
  const value = records.findLast(([name]) => name === key)?.[1];
  return value === '' ? undefined : value;
}

/** A decimal number; undefined for anything else. */
export function paxNumber(records: readonly PaxRecord[], key: string): number | undefined {
  const value = paxValue(records, key);
  return value !== undefined && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
}

/** Seconds with any number of decimal places, of which nine are kept. */
export function paxTime(records: readonly PaxRecord[], key: string): Timestamp | undefined {
  const match = /^(-?)(\d{1,14})(?:\.(\d*))?$/.exec(paxValue(records, key) ?? '');
  if (!match) return undefined;
  const nanoseconds = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  const seconds = Number(match[2]);
  if (match[1] === '') return timestamp(seconds, nanoseconds);
  // -1.25 is a quarter of a second before -1.
  return nanoseconds === 0 ? timestamp(0 - seconds) : timestamp(-seconds - 1, 1_000_000_000 - nanoseconds);
}

const XATTR_KEYS = ['SCHILY.xattr.', 'LIBARCHIVE.xattr.'] as const;

/** Extended attributes among the records, sorted by name. */
export function paxXattrs(records: readonly PaxRecord[]): Xattr[] {
  const found = new Map<string, Uint8Array>();
  const [raw, encoded] = XATTR_KEYS;
  for (const [key, value] of records) {
    // Of archives that hold both, libarchive's form is the same value again.
    if (key.startsWith(encoded)) found.set(decodeURIComponentBytes(key.slice(encoded.length)), fromBase64(value));
    else if (key.startsWith(raw)) found.set(key.slice(raw.length), Buffer.from(value, 'latin1'));
  }
  return [...found]
    .map(([name, value]) => ({ name: name as ByteString, value: new Uint8Array(value) }))
    .sort((a, b) => compareBytes(a.name, b.name));
}

function decodeURIComponentBytes(name: string): string {
  return name.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function fromBase64(value: string): Uint8Array {
  return Buffer.from(value, 'base64');
}
