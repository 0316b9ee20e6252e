// The record that takes an edit back: after the last file, in blocks that no structure names, and found by its last bytes.
//
//   ranges: place and length on the old disc, 8 bytes each │ their old bytes, back to back │ zeros │ trailer

import { alignUp, bytes, struct, u32le, u64le, type Value } from '../../bytes/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import { bytesSource, type ExactContent, type Range, type Source, zeroContent } from '../../io/index.js';
import type { Cut } from '../place/places.js';

/** "isopress edit 1\0" */
export const RECORD_MAGIC = new TextEncoder().encode('isopress edit 1\0');

/** The last bytes of the record, at the end of a block. */
export const recordTrailer = struct('edit record trailer', 96, {
  /** Bytes of the old disc. */
  oldSize: u64le(0),
  /** SHA-256 of the old disc. */
  sha256: bytes(8, 32),
  /** Blocks of the old disc from which it moved back, and by how many blocks. */
  frontFrom: u32le(40),
  frontBy: u32le(44),
  backFrom: u32le(48),
  backBy: u32le(52),
  /** Blocks of the record. */
  blocks: u32le(56),
  ranges: u32le(60),
  /** Bytes of the ranges together. */
  kept: u64le(64),
  reserved: u64le(72),
  magic: bytes(80, 16),
});
export type RecordTrailer = Value<typeof recordTrailer>;

/** One entry of the list of ranges. */
export const recordRange = struct('edit record range', 16, { at: u64le(0), length: u64le(8) });

/** Blocks that a record of these ranges needs. */
export function recordBlocks(ranges: readonly Range[]): number {
  return alignUp(ranges.length * recordRange.size + lengthOf(ranges) + recordTrailer.size, BLOCK) / BLOCK;
}

/** The record as contents one after the other: their sizes add up to `blocks` blocks. */
export function renderRecord(
  image: Source,
  ranges: readonly Range[],
  [front, back]: readonly [Cut, Cut],
  sha256: Uint8Array,
  blocks: number,
): ExactContent[] {
  const list = new Uint8Array(ranges.length * recordRange.size);
  for (const [index, range] of ranges.entries()) recordRange.encodeInto(range, list, index * recordRange.size);
  const kept = lengthOf(ranges);
  const trailer = recordTrailer.encode({
    oldSize: image.size,
    sha256,
    frontFrom: front.from,
    frontBy: front.by,
    backFrom: back.from,
    backBy: back.by,
    blocks,
    ranges: ranges.length,
    kept,
    reserved: 0,
    magic: RECORD_MAGIC,
  });
  const gap = blocks * BLOCK - list.length - kept - trailer.length;
  const parts = [
    bytesSource(list),
    ...ranges.map((range) => image.slice(range)),
    zeroContent(gap),
    bytesSource(trailer),
  ];
  return parts.filter(({ size }) => size > 0);
}

function lengthOf(ranges: readonly Range[]): number {
  return ranges.reduce((sum, { length }) => sum + length, 0);
}
