// Extended headers (IEEE 1003.1-2024, pax, "pax Extended Header"): records that override fields of the header that follows.

import { type ByteString, byteStringOf, type Timestamp, timestamp } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { isAttributeKey } from './attributes.js';
import type { Meter } from './meter.js';

/** The records of one extended header that mean something here. An empty value takes back what a global header says. */
export interface PaxRecords {
  /** Of several records of a key the last one. */
  readonly values: ReadonlyMap<string, ByteString>;
  /** Values of the attribute records. */
  readonly attributes: ReadonlyMap<string, ByteString>;
  /** Numbers of the records that map a sparse file of version 0.0, in which keys repeat. */
  readonly map: readonly ByteString[];
}

export const NO_RECORDS: PaxRecords = { values: new Map(), attributes: new Map(), map: [] };

const KEYS = new Set(['path', 'linkpath', 'uid', 'gid', 'mtime', 'size']);
const MAP_KEYS = new Set(['GNU.sparse.offset', 'GNU.sparse.numbytes']);
/** Attribute records of global headers apply to every entry; more than these would make entries expensive. */
const MOST_GLOBAL_ATTRIBUTES = 64;

const BLANK = 0x20;
const EQUALS = 0x3d;
const LINE_FEED = 0x0a;
const MOST_DIGITS = 10;

/** Reads a whole extended header, which starts at byte `at` of the archive. */
export function readPaxRecords(data: Uint8Array, at: number, meter: Meter): PaxRecords {
  const values = new Map<string, ByteString>();
  const attributes = new Map<string, ByteString>();
  const map: ByteString[] = [];
  // GNU tar and others pad with NULs.
  for (let from = 0; from < data.length && data[from] !== 0; ) {
    const record = readRecord(data, from);
    if (!record) {
      const message = 'An extended header of the tar archive holds a broken record.';
      throw new InvalidImageError('tar.pax', message, { at: at + from });
    }
    meter.step();
    const { key, value } = record;
    if (MAP_KEYS.has(key)) map.push(value());
    else if (KEYS.has(key) || key.startsWith('GNU.sparse.')) values.set(key, value());
    else if (isAttributeKey(key)) attributes.set(key, value());
    from = record.end;
  }
  return { values, attributes, map };
}

/** `LENGTH KEY=VALUE\n`; the length counts the whole record. */
function readRecord(data: Uint8Array, from: number) {
  let length = 0;
  let at = from;
  for (; at < data.length && at - from <= MOST_DIGITS && data[at] !== BLANK; at++) {
    const digit = data[at]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    length = length * 10 + digit;
  }
  const end = from + length;
  if (at === from || data[at] !== BLANK || end > data.length || end <= at || data[end - 1] !== LINE_FEED)
    return undefined;
  const equals = data.subarray(0, end).indexOf(EQUALS, at);
  if (equals < 0) return undefined;
  // Only values that are kept become new strings: a slice would keep the whole header in memory.
  return {
    key: byteStringOf(data.subarray(at + 1, equals)) as string,
    value: () => byteStringOf(data.subarray(equals + 1, end - 1)),
    end,
  };
}

/** Global records with those of a later global header. */
export function mergedRecords(earlier: PaxRecords, later: PaxRecords, at: number): PaxRecords {
  const attributes = new Map([...earlier.attributes, ...later.attributes]);
  if (attributes.size > MOST_GLOBAL_ATTRIBUTES) {
    const message = `The tar archive states more than ${MOST_GLOBAL_ATTRIBUTES} attributes for all entries.`;
    throw new InvalidImageError('tar.pax', message, { at });
  }
  return { values: new Map([...earlier.values, ...later.values]), attributes, map: [] };
}

/** The records of an entry merged with the global ones. */
export class EntryRecords {
  constructor(
    readonly own: PaxRecords,
    readonly global: PaxRecords,
  ) {}

  value(key: string): ByteString | undefined {
    const value = this.own.values.get(key) ?? this.global.values.get(key);
    return value === '' ? undefined : value;
  }

  /** A decimal number; undefined for anything else. */
  number(key: string): number | undefined {
    const value = this.value(key);
    return value !== undefined && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
  }

  /** Seconds with any number of decimal places, of which nine are kept. */
  time(key: string): Timestamp | undefined {
    const match = /^(-?)(\d{1,14})(?:\.(\d*))?$/.exec(this.value(key) ?? '');
    if (!match) return undefined;
    const nanoseconds = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
    const seconds = Number(match[2]);
    if (match[1] === '') return timestamp(seconds, nanoseconds);
    // -1.25 is a quarter of a second before -1.
    return nanoseconds === 0 ? timestamp(0 - seconds) : timestamp(-seconds - 1, 1_000_000_000 - nanoseconds);
  }
}
