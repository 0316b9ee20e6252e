// Allocation descriptors (ECMA-167 4/14.14) and the extents they continue in (4/14.5): where the data of a file are.

import { divCeil, reserved, struct, u32le } from '../../bytes/index.js';
import { longAd } from './fields.js';
import { BLOCK, EXTENT_BYTES } from './geometry.js';
import { stamped, TAG, TAG_ID } from './tag.js';

/** Bytes before the descriptors of a continuation. */
export const AED_HEAD = 24;
/** Kind of extent: more descriptors, in the two highest bits of the length. */
const CONTINUES = 0xc000_0000;

/** Bits of a length that count bytes. */
export const EXTENT_LENGTH = 0x3fff_ffff;
/** Kinds of extents, in the bits above: with data, set aside without data, not even set aside, and further descriptors. */
export const EXTENT_KIND = { recorded: 0, allocated: 1, continues: 3 } as const;

export const allocationExtent = struct('UDF allocation extent descriptor', AED_HEAD, {
  tag: reserved(0, TAG),
  previous: u32le(16),
  length: u32le(20),
});

/** Bytes of one descriptor: short ones name a block, long ones a block and a partition. */
export type DescriptorWidth = 8 | 16;

/** A place in a partition, by the index of its map. */
export interface Place {
  readonly block: number;
  readonly partition: number;
}

/** Data that are in one piece: split into extents that the length field can hold. */
export interface DataRun extends Place {
  /** Bytes. */
  readonly size: number;
}

/** How many descriptors it takes to describe `size` bytes in one piece. */
export function descriptorCount(size: number): number {
  return divCeil(size, EXTENT_BYTES);
}

/** Blocks of continuations after a file entry with `room` bytes for descriptors of `size` bytes of data. */
export function continuationBlocks(size: number, room: number, width: DescriptorWidth): number {
  const inEntry = Math.floor(room / width);
  const inBlock = Math.floor((BLOCK - AED_HEAD) / width);
  let left = descriptorCount(size);
  if (left <= inEntry) return 0;
  left -= inEntry - 1;
  return left <= inBlock ? 1 : 1 + divCeil(left - inBlock, inBlock - 1);
}

export interface RenderedAllocation {
  /** Descriptors for the file entry itself. */
  readonly inEntry: Uint8Array;
  /** Whole blocks for those that follow it. */
  readonly continuations: readonly Uint8Array[];
}

/**
 * Describes a run of data. After `room` bytes the descriptors continue in separate blocks, the first of them at `next`;
 * `tagVersion` is that of their tags.
 */
export function renderAllocation(
  data: DataRun,
  room: number,
  width: DescriptorWidth,
  next: Place,
  tagVersion: number,
): RenderedAllocation {
  const count = descriptorCount(data.size);
  const inEntry = Math.floor(room / width);
  const inBlock = Math.floor((BLOCK - AED_HEAD) / width);
  const continuations: Uint8Array[] = [];
  let from = 0;
  const take = (capacity: number): Uint8Array => {
    const isLast = count - from <= capacity;
    const take = isLast ? count - from : capacity - 1;
    const bytes = new Uint8Array((isLast ? take : capacity) * width);
    for (let i = 0; i < take; i++, from++) writeExtent(bytes, i * width, data, from, width);
    if (!isLast) {
      const block = next.block + continuations.length;
      writeDescriptor(bytes, take * width, CONTINUES + BLOCK, { ...next, block }, width);
    }
    return bytes;
  };
  const first = take(inEntry);
  while (from < count) {
    const location = next.block + continuations.length;
    // Taken with this block counted, so that a pointer to the next one names the next one.
    const block = new Uint8Array(BLOCK);
    continuations.push(block);
    const descriptors = take(inBlock);
    allocationExtent.encodeInto({ previous: 0, length: descriptors.length }, block, 0);
    block.set(descriptors, AED_HEAD);
    const used = block.subarray(0, AED_HEAD + descriptors.length);
    stamped(used, { id: TAG_ID.allocationExtent, version: tagVersion, location });
  }
  return { inEntry: first, continuations };
}

function writeExtent(bytes: Uint8Array, at: number, data: DataRun, index: number, width: DescriptorWidth): void {
  const length = Math.min(EXTENT_BYTES, data.size - index * EXTENT_BYTES);
  const block = data.block + (index * EXTENT_BYTES) / BLOCK;
  writeDescriptor(bytes, at, length, { block, partition: data.partition }, width);
}

export const longDescriptor = struct('UDF long allocation descriptor', 16, { address: longAd(0) });
export const shortDescriptor = struct('UDF short allocation descriptor', 8, { length: u32le(0), block: u32le(4) });

function writeDescriptor(bytes: Uint8Array, at: number, length: number, place: Place, width: DescriptorWidth): void {
  const { block, partition } = place;
  if (width === 8) shortDescriptor.encodeInto({ length, block }, bytes, at);
  else longDescriptor.encodeInto({ address: { length, block, partition, uniqueId: 0 } }, bytes, at);
}
