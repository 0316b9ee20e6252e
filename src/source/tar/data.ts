// Where the data of an entry are: after its header, or after the map of a sparse file.

import { InvalidImageError } from '../../errors.js';
import type { Range, Source } from '../../io/index.js';
import { readAt, truncated } from './blocks.js';
import { BLOCK, gnuHeader, gnuSparseExtension, isHeader, type UstarHeader } from './header.js';
import type { Meter } from './meter.js';
import type { EntryRecords } from './pax.js';
import { hasMapInData, readDataMap, readGnuSparseEntries, readPaxSparse, type SparseMap } from './sparse.js';

/** Bytes of one map; all of it has to be held in memory. */
const LARGEST_MAP = 64 * 1024 * 1024;

/** A header in its archive. */
export interface PlacedHeader {
  readonly at: number;
  readonly block: Uint8Array;
  readonly header: UstarHeader;
  /** The letter for the kind of entry. */
  readonly type: string;
}

export interface EntryData {
  /** Where the data are in the archive. */
  readonly data: Range;
  /** For a sparse file, which parts of it the data are. */
  readonly sparse: SparseMap | undefined;
  /** Where the next header starts. */
  readonly next: number;
}

/** Bytes of data after a header. `records` are those in force, none for extended headers. */
export async function dataSize(
  archive: Source,
  placed: PlacedHeader,
  records: EntryRecords | undefined,
): Promise<number> {
  const { at, header, type } = placed;
  // The size of a symbolic link, device, directory or pipe has no meaning; no data follow.
  if ('23456'.includes(type)) return 0;
  const size = records?.number('size') ?? header.size;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new InvalidImageError('tar.size', 'A header of the tar archive has an impossible size.', { at });
  }
  if (type === '1' && size > 0 && !(await isFollowedByData(archive, at + BLOCK, size))) return 0;
  return size;
}

/**
 * Whether the size of a hard link counts: in pax archives data may follow, in others it is the size of the linked file, as
 * libarchive's tar(5) says. It does not count if a header follows directly, or if none follows the data.
 */
async function isFollowedByData(archive: Source, at: number, size: number): Promise<boolean> {
  const next = at + padded(size);
  if (next > archive.size || (await startsEntry(archive, at))) return false;
  return next + BLOCK > archive.size || startsEntry(archive, next);
}

async function startsEntry(archive: Source, at: number): Promise<boolean> {
  if (at + BLOCK > archive.size) return at === archive.size;
  const block = await readAt(archive, at, BLOCK);
  return isHeader(block) || block.every((byte) => byte === 0);
}

export function padded(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

/** The data of an entry of `size` bytes in the archive. Throws {@link InvalidImageError} for a broken map. */
export async function locateData(
  archive: Source,
  placed: PlacedHeader,
  size: number,
  records: EntryRecords,
  meter: Meter,
): Promise<EntryData> {
  const start = placed.at + BLOCK;
  if (placed.type === 'S') return gnuSparseData(archive, placed.block, { at: start, length: size }, meter);
  const data = insideOf(archive, { at: start, length: size });
  const next = start + padded(size);
  if (!hasMapInData(records)) {
    const sparse = readPaxSparse(records);
    meter.step(sparse?.ranges.length ?? 0);
    return { data, sparse, next };
  }
  const { ranges, length } = await readMap(archive, data);
  meter.step(ranges.length);
  const skipped = padded(length);
  const whole = records.number('GNU.sparse.realsize') ?? 0;
  return { data: { at: start + skipped, length: size - skipped }, sparse: { size: whole, ranges }, next };
}

async function gnuSparseData(archive: Source, block: Uint8Array, stored: Range, meter: Meter): Promise<EntryData> {
  const { sparse, isExtended, realSize } = gnuHeader.decode(block);
  const ranges = readGnuSparseEntries(sparse);
  let at = stored.at;
  // The rest of the map is between header and data.
  for (let more = isExtended; more !== 0; at += BLOCK) {
    if (at - stored.at > LARGEST_MAP) throw truncated(at);
    meter.step();
    const extension = gnuSparseExtension.decode(await readAt(archive, at, BLOCK));
    ranges.push(...readGnuSparseEntries(extension.sparse));
    more = extension.isExtended;
  }
  const data = insideOf(archive, { at, length: stored.length });
  return { data, sparse: { size: realSize, ranges }, next: at + padded(stored.length) };
}

async function readMap(archive: Source, data: Range): Promise<{ ranges: Range[]; length: number }> {
  for (let length = 8 * BLOCK; ; length *= 8) {
    const most = Math.min(length, data.length, LARGEST_MAP);
    const map = readDataMap(await readAt(archive, data.at, most));
    if (map) return map;
    if (most < length) throw truncated(data.at);
  }
}

function insideOf(archive: Source, range: Range): Range {
  if (range.at + range.length > archive.size) throw truncated(range.at);
  return range;
}
