// Places on the new disc in the addresses of the UDF partition.

import type { FutureBlocks, PlacedInode } from './place-udf.js';

/** Places on the new disc as UDF counts them. */
export interface UdfPlaces {
  /** The block on the new disc, counted from its start. */
  at(place: FutureBlocks): number;
  /** The new address in the partition of an old address in the partition. */
  moved(block: number): number;
  /** The address in the partition of a block of the new disc. */
  address(block: number): number;
  /** The block of data on the new disc. */
  data(data: NonNullable<PlacedInode['data']>): number;
  /** Revisions from 2.00 on have unique identifiers in addresses. */
  readonly hasIds: boolean;
}

/** Bytes for a block of the new disc. */
export interface RenderedBlocks {
  readonly block: number;
  readonly bytes: Uint8Array;
}

/** The address in the partition of the block of an entry. */
export function addressOf({ place }: PlacedInode, places: UdfPlaces): number {
  return places.address(places.at(place));
}

/** Whether rendered bytes are as they were. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
