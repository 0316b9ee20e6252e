// The journal of a file that is changed in place. It holds the new bytes, so it completes the change if that was interrupted.
//
//   header │ ranges │ their new bytes, back to back │ zeros to a sector │ trailer
//
// It gets its name with its full size, with zeros for what follows the ranges. The header and the ranges are on the medium before that, the
// new bytes before the trailer is written, and the trailer before the first old byte is overwritten.

import { alignUp, bytes, concatBytes, struct, u32le, u64le, type Value } from '../bytes/index.js';
import type { Range } from './content.js';
import { digestOf } from './hash.js';

/** A disk writes one of these as a whole. */
export const SECTOR = 512;

const HEADER_MAGIC = new TextEncoder().encode('isopress change\0');
const TRAILER_MAGIC = new TextEncoder().encode('isopress commit\0');

const journalHeader = struct('journal header', 160, {
  magic: bytes(0, 16),
  /** Bytes of the file before and after the change. */
  oldSize: u64le(16),
  newSize: u64le(24),
  ranges: u32le(32),
  reserved: u32le(36),
  /** Bytes of the ranges that the journal holds. */
  stored: u64le(40),
  reservedToo: bytes(48, 16),
  /** SHA-256 of bytes of the file that stay. */
  kept: bytes(64, 32),
  /** SHA-256 of bytes of the file that are replaced, as they were before. */
  replaced: bytes(96, 32),
  /** SHA-256 of the header, with zeros here, and of the ranges. */
  sha256: bytes(128, 32),
});

const journalRange = struct('journal range', 24, {
  at: u64le(0),
  length: u64le(8),
  /** 1: zeros, which the journal does not hold. */
  zeros: u32le(16),
  reserved: u32le(20),
});

const journalTrailer = struct('journal trailer', SECTOR, {
  magic: bytes(0, 16),
  /** SHA-256 of the new bytes. */
  sha256: bytes(16, 32),
  reserved: bytes(48, SECTOR - 48),
});

/** Bytes of the file that are replaced: by bytes of the journal, or by zeros. */
export interface JournalRange extends Range {
  readonly isZero: boolean;
}

/** The facts of a change, before its new bytes. */
export interface JournalHead {
  readonly oldSize: number;
  readonly newSize: number;
  readonly kept: Uint8Array;
  readonly replaced: Uint8Array;
  /** In order, and apart from each other. */
  readonly ranges: readonly JournalRange[];
}

/** Bytes of a header without its ranges. */
export const HEADER_LENGTH = journalHeader.size;

/** Where the new bytes begin, where the trailer is, and where the journal ends. */
export function journalPlaces({ ranges }: JournalHead) {
  const data = HEADER_LENGTH + ranges.length * journalRange.size;
  const trailer = alignUp(data + storedLength(ranges), SECTOR);
  return { data, trailer, end: trailer + SECTOR };
}

export function renderHead(head: JournalHead): Uint8Array {
  const { oldSize, newSize, kept, replaced, ranges } = head;
  const list = ranges.map(({ at, length, isZero }) =>
    journalRange.encode({ at, length, zeros: isZero ? 1 : 0, reserved: 0 }),
  );
  const fields: Value<typeof journalHeader> = {
    ...{ magic: HEADER_MAGIC, oldSize, newSize, ranges: ranges.length, reserved: 0, stored: storedLength(ranges) },
    ...{ reservedToo: new Uint8Array(16), kept, replaced, sha256: new Uint8Array(32) },
  };
  const whole = concatBytes([journalHeader.encode(fields), ...list]);
  journalHeader.change({ sha256: digestOf('sha256', whole) }, whole);
  return whole;
}

/** Bytes of the head that begins with this header; undefined for other bytes. */
export function headLength(header: Uint8Array): number | undefined {
  if (header.length < HEADER_LENGTH) return undefined;
  const { magic, ranges } = journalHeader.decode(header);
  return isEqual(magic, HEADER_MAGIC) ? HEADER_LENGTH + ranges * journalRange.size : undefined;
}

/** The head; undefined if it was not written as a whole. */
export function readHead(whole: Uint8Array): JournalHead | undefined {
  const { oldSize, newSize, ranges: count, kept, replaced, sha256 } = journalHeader.decode(whole);
  const blank = whole.slice();
  journalHeader.change({ sha256: new Uint8Array(32) }, blank);
  if (!isEqual(digestOf('sha256', blank), sha256)) return undefined;
  const ranges = Array.from({ length: count }, (_, index) => {
    const { at, length, zeros } = journalRange.decode(whole, HEADER_LENGTH + index * journalRange.size);
    return { at, length, isZero: zeros === 1 };
  });
  return { oldSize, newSize, kept: kept.slice(), replaced: replaced.slice(), ranges };
}

export function renderTrailer(sha256: Uint8Array): Uint8Array {
  return journalTrailer.encode({ magic: TRAILER_MAGIC, sha256, reserved: new Uint8Array(SECTOR - 48) });
}

/** The digest of the new bytes; undefined if these bytes are not a trailer. */
export function readTrailer(sector: Uint8Array): Uint8Array | undefined {
  const { magic, sha256 } = journalTrailer.decode(sector);
  return isEqual(magic, TRAILER_MAGIC) ? sha256.slice() : undefined;
}

function storedLength(ranges: readonly JournalRange[]): number {
  return ranges.reduce((sum, { length, isZero }) => (isZero ? sum : sum + length), 0);
}

export function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
