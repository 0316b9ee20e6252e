// The file allocation table: one entry of 12, 16 or 32 (28 used) bits per cluster, naming the next cluster of the chain.
// fatgen103 "FAT Data Structure". Every chain here is contiguous, so the table follows from where the chains end.

import { MEDIA_FIXED } from './boot-sector.js';

/** Bits of an entry in the allocation table. */
export type FatType = 12 | 16 | 32;

/** First data cluster; entries 0 and 1 of the table are not clusters. */
export const FIRST_CLUSTER = 2;

/** Clusters `first` … `first + count - 1`. */
export interface Chain {
  readonly first: number;
  readonly count: number;
}

/** End-of-chain mark; also FAT[1], where its high bits say "cleanly unmounted, no disk errors". */
export function endOfChain(type: FatType): number {
  return { 12: 0xfff, 16: 0xffff, 32: 0x0fff_ffff }[type];
}

/** Marks, as far down from the largest value: the first one that ends a chain, and that of a bad cluster. */
const FIRST_END = 7;
const BAD = 8;

/** Whether a value ends a chain. A bad or a free cluster inside one does not, and is out of range. */
export function isEndOfChain(type: FatType, entry: number): boolean {
  return entry >= endOfChain(type) - FIRST_END && !isBadCluster(type, entry);
}

/** Whether a value marks a bad cluster. */
export function isBadCluster(type: FatType, entry: number): boolean {
  return entry === endOfChain(type) - BAD;
}

/** Bytes of a table for `clusters` clusters, before rounding up to sectors. */
export function tableLength(type: FatType, clusters: number): number {
  return Math.ceil(((clusters + FIRST_CLUSTER) * type) / 8);
}

/** Entries per rendered portion: even, so that the 1.5-byte entries of FAT12 end on a byte. */
const PORTION = 65_536;

/**
 * The table up to the last used cluster; the rest of its sectors is zero. Chains must be back to back from
 * cluster 2 on, without gaps.
 */
export function* renderTable(
  type: FatType,
  chains: readonly Chain[],
  media: number = MEDIA_FIXED,
): Generator<Uint8Array> {
  const last = chains.at(-1);
  const end = last ? last.first + last.count : FIRST_CLUSTER;
  let current = 0;
  for (let from = 0; from < end; from += PORTION) {
    const to = Math.min(from + PORTION, end);
    const entries = new Uint32Array(to - from);
    for (let cluster = from; cluster < to; cluster++) {
      if (cluster < FIRST_CLUSTER) continue;
      const chain = chains[current]!;
      const ends = cluster === chain.first + chain.count - 1;
      if (ends) current++;
      entries[cluster - from] = ends ? endOfChain(type) : cluster + 1;
    }
    if (from === 0) {
      entries[0] = ((endOfChain(type) & ~0xff) | media) >>> 0;
      entries[1] = endOfChain(type);
    }
    yield pack(type, entries);
  }
}

function pack(type: FatType, entries: Uint32Array): Uint8Array {
  const packed = new Uint8Array(Math.ceil((entries.length * type) / 8));
  const view = new DataView(packed.buffer);
  for (const [i, entry] of entries.entries()) {
    if (type === 32) view.setUint32(i * 4, entry, true);
    else if (type === 16) view.setUint16(i * 2, entry, true);
    else pack12(packed, i, entry);
  }
  return packed;
}

/** Two entries share three bytes; the even one has the low bits. */
function pack12(packed: Uint8Array, index: number, entry: number): void {
  const at = Math.floor((index * 3) / 2);
  if (index % 2 === 0) {
    packed[at] = entry & 0xff;
    packed[at + 1] = entry >>> 8;
  } else {
    packed[at]! |= (entry & 0x0f) << 4;
    packed[at + 1] = entry >>> 4;
  }
}

/** A table in memory whose entries are changed. */
export class TableBytes {
  readonly #type: FatType;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #from = Number.POSITIVE_INFINITY;
  #to = 0;

  constructor(type: FatType, bytes: Uint8Array) {
    this.#type = type;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get(cluster: number): number {
    const at = Math.floor((cluster * this.#type) / 8);
    if (this.#type === 32) return this.#view.getUint32(at, true) & 0x0fff_ffff;
    if (this.#type === 16) return this.#view.getUint16(at, true);
    const word = this.#view.getUint16(at, true);
    return cluster % 2 === 0 ? word & 0xfff : word >>> 4;
  }

  set(cluster: number, value: number): void {
    const at = Math.floor((cluster * this.#type) / 8);
    if (this.#type === 32) {
      // The highest four bits are not part of the entry.
      const kept = this.#view.getUint32(at, true) & 0xf000_0000;
      this.#view.setUint32(at, (kept | value) >>> 0, true);
    } else if (this.#type === 16) this.#view.setUint16(at, value, true);
    else {
      const word = this.#view.getUint16(at, true);
      this.#view.setUint16(at, cluster % 2 === 0 ? (word & 0xf000) | value : (word & 0xf) | (value << 4), true);
    }
    this.#from = Math.min(this.#from, at);
    this.#to = Math.max(this.#to, at + (this.#type === 32 ? 4 : 2));
  }

  /** The bytes between the first and the last change; undefined without a change. */
  get changed(): { readonly at: number; readonly bytes: Uint8Array } | undefined {
    return this.#to === 0 ? undefined : { at: this.#from, bytes: this.#bytes.slice(this.#from, this.#to) };
  }
}
