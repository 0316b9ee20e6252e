// The end of an archive: the record that says where the central directory is, and its form of 64 bits (APPNOTE 4.3.14 to 4.3.16).

import { reserved, struct, u16le, u32le, u64le } from '../../bytes/index.js';
import { bytesAt, type Source } from '../../io/index.js';
import { damaged } from './errors.js';

const END_SIGNATURE = 0x06054b50;
const LOCATOR_SIGNATURE = 0x07064b50;
const END_64_SIGNATURE = 0x06064b50;
/** After the record comes a comment, whose length has 16 bits. */
const LONGEST_COMMENT = 0xffff;
/** A number that does not fit is this, and the record of 64 bits has it. */
const MORE_16 = 0xffff;
const MORE_32 = 0xffff_ffff;

const endRecord = struct('end of central directory', 22, {
  signature: u32le(0),
  disk: u16le(4),
  directoryDisk: u16le(6),
  entriesHere: u16le(8),
  entries: u16le(10),
  size: u32le(12),
  at: u32le(16),
  commentLength: u16le(20),
});

const locator = struct('ZIP64 end of central directory locator', 20, {
  signature: u32le(0),
  disk: u32le(4),
  at: u64le(8),
  disks: u32le(16),
});

const endRecord64 = struct('ZIP64 end of central directory', 56, {
  signature: u32le(0),
  recordSize: u64le(4),
  versions: reserved(12, 4),
  disk: u32le(16),
  directoryDisk: u32le(20),
  entriesHere: u64le(24),
  entries: u64le(32),
  size: u64le(40),
  at: u64le(48),
});

/** Where the central directory is, in bytes of the archive. */
export interface CentralDirectory {
  readonly at: number;
  readonly size: number;
  readonly entries: number;
}

/** Undefined if the file does not end as an archive. Throws {@link InvalidImageError} for an end that contradicts itself. */
export async function findCentralDirectory(archive: Source): Promise<CentralDirectory | undefined> {
  const endAt = await findEnd(archive);
  if (endAt === undefined) return undefined;
  const end = endRecord.decode((await bytesAt(archive, endAt, endRecord.size))!);
  const hasMore = end.entries === MORE_16 || end.size === MORE_32 || end.at === MORE_32;
  const found = (hasMore ? await end64(archive, endAt) : undefined) ?? end;
  if (found.disk !== 0 || found.directoryDisk !== 0 || found.entriesHere !== found.entries) {
    throw damaged('It is one of several parts.', endAt);
  }
  const { at, size, entries } = found;
  if (at + size > endAt) throw damaged('Its directory is outside the file.', endAt);
  return { at, size, entries };
}

/** The last place from which a comment of the stated length reaches to the end of the file. */
async function findEnd(archive: Source): Promise<number | undefined> {
  const from = Math.max(0, archive.size - endRecord.size - LONGEST_COMMENT);
  const tail = (await bytesAt(archive, from, archive.size - from))!;
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  for (let at = tail.length - endRecord.size; at >= 0; at--) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    if (at + endRecord.size + endRecord.decode(tail, at).commentLength === tail.length) return from + at;
  }
  return undefined;
}

/** Undefined if there is none: a number that is all ones may mean itself. */
async function end64(archive: Source, endAt: number) {
  const found = await bytesAt(archive, endAt - locator.size, locator.size);
  if (!found) return undefined;
  const { signature, at } = locator.decode(found);
  if (signature !== LOCATOR_SIGNATURE) return undefined;
  const bytes = at <= endAt ? await bytesAt(archive, at, endRecord64.size) : undefined;
  const end = bytes && endRecord64.decode(bytes);
  if (end?.signature !== END_64_SIGNATURE) throw damaged('Its ZIP64 end record is missing.', endAt);
  return end;
}
