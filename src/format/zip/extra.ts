// The extra fields of a member: sizes of 64 bits (APPNOTE 4.5.3), and the times and owners that Info-ZIP adds (its proginfo/extrafld.txt).

import { type Timestamp, timestamp } from '../../bytes/index.js';

/** Fields by their number. */
const ZIP64 = 0x0001;
const NTFS = 0x000a;
/** "UT": its first byte says which times follow; the first bit is the time of modification. */
const UNIX_TIMES = 0x5455;
/** "ux": numbers of a user and a group, each after its length. */
const UNIX_OWNERS = 0x7875;
/** Numbers in a header that the field of 64 bits replaces. */
const WIDER = 0xffff_ffff;
/** From 1601, the first year of NTFS, to 1970. */
const NTFS_TO_1970 = 11_644_473_600n;
const NTFS_TIMES = 1;

/** Numbers of a header, in the order in which the field of 64 bits has those that do not fit. */
export interface Wide {
  readonly size: number;
  readonly packedSize: number;
  readonly localAt: number;
}

/** The facts of a member in its extra fields. */
export interface ExtraFacts extends Wide {
  /** Undefined: only the header has one. */
  readonly mtime: Timestamp | undefined;
  readonly uid: number;
  readonly gid: number;
}

/** Undefined if a number of 64 bits is missing. Fields that end too early are left out. */
export function readExtra(extra: Uint8Array, header: Wide): ExtraFacts | undefined {
  let wide = header;
  let mtime: Timestamp | undefined;
  let owners = { uid: 0, gid: 0 };
  for (const [id, field] of fieldsOf(extra)) {
    if (id === ZIP64) {
      const found = widened(field, header);
      if (!found) return undefined;
      wide = found;
    } else if (id === UNIX_TIMES) mtime = unixTime(field) ?? mtime;
    else if (id === NTFS) mtime ??= ntfsTime(field);
    else if (id === UNIX_OWNERS) owners = ownersOf(field) ?? owners;
  }
  return { ...wide, mtime, ...owners };
}

function* fieldsOf(extra: Uint8Array): Generator<[number, DataView]> {
  const view = viewOf(extra);
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view.getUint16(at + 2, true);
    if (at + 4 + length > extra.length) return;
    yield [view.getUint16(at, true), viewOf(extra.subarray(at + 4, at + 4 + length))];
    at += 4 + length;
  }
}

function widened(field: DataView, header: Wide): Wide | undefined {
  let at = 0;
  let isShort = false;
  const next = (number: number) => {
    if (number !== WIDER) return number;
    if (at + 8 > field.byteLength) {
      isShort = true;
      return number;
    }
    const value = Number(field.getBigUint64(at, true));
    at += 8;
    return value;
  };
  // The order of the field, which the properties need not have.
  const size = next(header.size);
  const packedSize = next(header.packedSize);
  const localAt = next(header.localAt);
  return isShort ? undefined : { size, packedSize, localAt };
}

function unixTime(field: DataView): Timestamp | undefined {
  if (field.byteLength < 5 || (field.getUint8(0) & 1) === 0) return undefined;
  return timestamp(field.getInt32(1, true));
}

/** Steps of 100 ns, in the first of its attributes. */
function ntfsTime(field: DataView): Timestamp | undefined {
  if (field.byteLength < 16 || field.getUint16(4, true) !== NTFS_TIMES) return undefined;
  const steps = field.getBigUint64(8, true);
  const seconds = steps / 10_000_000n - NTFS_TO_1970;
  return timestamp(Number(seconds), Number(steps % 10_000_000n) * 100);
}

function ownersOf(field: DataView): { uid: number; gid: number } | undefined {
  const uid = numberAt(field, 1);
  const gid = uid && numberAt(field, uid.end);
  return uid && gid ? { uid: uid.value, gid: gid.value } : undefined;
}

/** A number after its length, of 32 bits at most. */
function numberAt(field: DataView, at: number): { value: number; end: number } | undefined {
  if (at >= field.byteLength) return undefined;
  const end = at + 1 + field.getUint8(at);
  if (end > field.byteLength) return undefined;
  let value = 0;
  for (let byte = end - 1; byte > at; byte--) value = value * 256 + field.getUint8(byte);
  return value <= WIDER ? { value, end } : undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
