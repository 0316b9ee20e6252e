// Directory record (ECMA-119 §9.1): one file, directory or part of a file. The system use field carries Rock Ridge.

import { type ByteString, byteStringOf, struct, type Timestamp, u8, u16both, u32both } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { shortDate } from './date.js';

export const FLAG_DIRECTORY = 0x02;
export const FLAG_MULTI_EXTENT = 0x80;
/** Most bytes of one record: the length byte is even. */
export const MAX_RECORD = 254;
const HEAD = 33;

export const directoryRecordHead = struct('directory record', HEAD, {
  length: u8(0),
  extendedLength: u8(1),
  extent: u32both(2),
  size: u32both(10),
  time: shortDate(18),
  flags: u8(25),
  unitSize: u8(26),
  gapSize: u8(27),
  volumeSequence: u16both(28),
  nameLength: u8(32),
});

/** One record as it is meant; `extent` is a block number as stored, `size` bytes. */
export interface DirectoryRecord {
  /** File identifier as stored: `README.TXT;1`, UCS-2 bytes, or one byte 0 or 1 for "." and "..". */
  readonly identifier: ByteString;
  readonly extent: number;
  readonly size: number;
  readonly time: Timestamp;
  readonly flags: number;
  /** Bytes after the identifier. */
  readonly systemUse: Uint8Array;
}

/** Identifier of "." */
export const SELF = '\0' as ByteString;
/** Identifier of ".." */
export const PARENT = '\x01' as ByteString;

/** Bytes of a record up to its system use field, which starts at an even offset. */
export function recordHeadLength(identifier: ByteString): number {
  const length = HEAD + identifier.length;
  return length + (length % 2);
}

/** Bytes of a record with `systemUse` bytes after the identifier; always even. */
export function recordLength(identifier: ByteString, systemUse: number): number {
  return recordHeadLength(identifier) + systemUse + (systemUse % 2);
}

/** Writes a record at byte `at`; returns its length. A caller that writes many passes one `view` of the bytes for all of them. */
export function writeRecord(
  record: DirectoryRecord,
  into: Uint8Array,
  at: number,
  view = new DataView(into.buffer, into.byteOffset, into.length),
): number {
  const { identifier } = record;
  const length = recordLength(identifier, record.systemUse.length);
  directoryRecordHead.encodeThrough(
    {
      length,
      extendedLength: 0,
      extent: record.extent,
      size: record.size,
      time: record.time,
      flags: record.flags,
      unitSize: 0,
      gapSize: 0,
      volumeSequence: 1,
      nameLength: identifier.length,
    },
    view,
    at,
  );
  for (let i = 0; i < identifier.length; i++) into[at + HEAD + i] = identifier.charCodeAt(i);
  into.set(record.systemUse, at + recordHeadLength(identifier));
  return length;
}

/** A record as it was read. */
export interface FoundRecord extends DirectoryRecord {
  /** Bytes. */
  readonly length: number;
  /** Whether the bytes of the file are in units with gaps between them. */
  readonly isInterleaved: boolean;
}

/**
 * Reads the record at byte `at`, or gives undefined if its length byte is zero: the rest of the block is unused.
 * Throws {@link InvalidImageError} when identifier or system use do not fit the length.
 */
export function readRecord(block: Uint8Array, at: number): FoundRecord | undefined {
  if (block[at] === 0) return undefined;
  if (!isRecord(block, at)) {
    throw new InvalidImageError('iso9660.bad-record', 'A directory record is too short for its name.', { at });
  }
  const head = directoryRecordHead.decode(block, at);
  const used = recordHeadLength({ length: head.nameLength } as ByteString);
  return {
    identifier: byteStringOf(block.subarray(at + HEAD, at + HEAD + head.nameLength)),
    // In front of a file's bytes there may be an extended attribute record, which nobody writes any more.
    extent: head.extent + head.extendedLength,
    size: head.size,
    time: head.time,
    flags: head.flags,
    isInterleaved: head.unitSize !== 0,
    systemUse: block.slice(at + Math.min(used, head.length), at + head.length),
    length: head.length,
  };
}

/** Whether the bytes from `at` are a record that holds its own name. */
export function isRecord(block: Uint8Array, at: number): boolean {
  if (at + HEAD > block.length) return false;
  const { length, nameLength } = directoryRecordHead.decode(block, at);
  return nameLength > 0 && HEAD + nameLength <= length && at + length <= block.length;
}

const NOTHING = new Uint8Array(0);

/** The record of a root directory as volume descriptors embed it: 34 bytes, no system use. */
export function rootRecord(extent: number, size: number, time: Timestamp): Uint8Array {
  const bytes = new Uint8Array(34);
  writeRecord({ identifier: SELF, extent, size, time, flags: FLAG_DIRECTORY, systemUse: NOTHING }, bytes, 0);
  return bytes;
}
