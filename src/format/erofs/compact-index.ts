// The compact index of a compressed file: packs of 2 logical clusters in 8 bytes, or of 16 in 32 bytes. A pack has bit fields of
// equal width, the kind above its value, then 32 bits from which the blocks of its heads are counted. A file has packs of 2 up to
// a multiple of 32 bytes in the metadata, then packs of 16 as long as they are full, then packs of 2.

import { BLOCK_COUNT, CLUSTER_KINDS, type Cluster, ClusterType, MAX_DISTANCE } from './cluster.js';

/** Bytes at the end of each pack: the base of its blocks. */
const BASE = 4;
const SMALL = { clusters: 2, size: 8 } as const;
const LARGE = { clusters: 16, size: 32 } as const;
type Pack = typeof SMALL | typeof LARGE;

/** Largest logical clusters of each pack, as powers of two. */
export const MAX_COMPACT_LOG = 14;
export const MAX_TWO_BYTE_LOG = 12;

/** The parameters of a compact index. */
export interface CompactForm {
  /** Offset of the index in the image or in its block; only its value modulo 32 matters. */
  readonly at: number;
  /** Logical clusters of the file. */
  readonly clusters: number;
  /** Size of a logical cluster, a power of two. */
  readonly clusterLog: number;
  /** {@link MapAdvice.twoBytes} */
  readonly twoBytes: boolean;
  /** {@link MapAdvice.bigClusters1} */
  readonly bigClusters: boolean;
}

/** Numbers of clusters in the small packs before, in the large packs, and in the small packs after them. */
function division({ at, clusters, twoBytes }: CompactForm): readonly [number, number, number] {
  const initial = ((LARGE.size - (at % LARGE.size)) / 4) & 7;
  if (!twoBytes || initial >= clusters) return [0, 0, clusters];
  const large = clusters - initial - ((clusters - initial) % LARGE.clusters);
  return [initial, large, clusters - initial - large];
}

function* packsOf(form: CompactForm): Generator<Pack> {
  const [initial, large, last] = division(form);
  for (let i = 0; i < initial; i += SMALL.clusters) yield SMALL;
  for (let i = 0; i < large; i += LARGE.clusters) yield LARGE;
  for (let i = 0; i < last; i += SMALL.clusters) yield SMALL;
}

/** Bytes of a compact index. */
export function compactIndexSize(form: CompactForm): number {
  const [initial, large, last] = division(form);
  return (initial / 2) * SMALL.size + (large / 16) * LARGE.size + Math.ceil(last / 2) * SMALL.size;
}

/**
 * Writes a compact index at byte `offset`. The encoded data of its heads is contiguous from `firstBlock` on. Returns the
 * byte after it.
 */
export function putCompactIndex(
  clusters: readonly Cluster[],
  form: CompactForm,
  firstBlock: number,
  bytes: Uint8Array,
  offset: number,
): number {
  const valueBits = Math.max(form.clusterLog, MAX_TWO_BYTE_LOG);
  const counter = new BlockCounter(form.bigClusters, firstBlock);
  let at = offset;
  let index = 0;
  for (const pack of packsOf(form)) {
    const members = clusters.slice(index, index + pack.clusters);
    const base = counter.advance(members);
    const bits = ((pack.size - BASE) * 8) / pack.clusters;
    for (const [place, cluster] of members.entries()) {
      const value = fieldOf(cluster, place === pack.clusters - 1);
      putBits(bytes, at * 8 + place * bits, (ClusterType[cluster.kind] << valueBits) | value);
    }
    new DataView(bytes.buffer, bytes.byteOffset + at + pack.size - BASE).setUint32(0, base, true);
    at += pack.size;
    index += pack.clusters;
  }
  return at;
}

/** The last cluster of a pack has the distance to the next head; the one before it has the distance back. */
function fieldOf(cluster: Cluster, isLast: boolean): number {
  if (cluster.kind !== 'nonhead') return cluster.offset;
  if (cluster.blocks !== undefined) return cluster.blocks | BLOCK_COUNT;
  return Math.min(isLast ? cluster.ahead : cluster.back, MAX_DISTANCE);
}

/** Bits are stored from the lowest to the highest; `bytes` must be zero there. */
function putBits(bytes: Uint8Array, bit: number, value: number): void {
  let rest = value << (bit & 7);
  for (let at = bit >>> 3; rest !== 0; at++) {
    bytes[at] = bytes[at]! | (rest & 0xff);
    rest >>>= 8;
  }
}

/**
 * Counts the blocks of heads from pack to pack. Where clusters have one block each, the base is the block before the first head of
 * the pack; otherwise the block of the first head, or of the last head before until its blocks have been counted.
 */
class BlockCounter {
  readonly #isBig: boolean;
  #block: number;
  /** The blocks of the last head have not been counted yet. */
  #isOpen: boolean;

  constructor(isBig: boolean, firstBlock: number) {
    this.#isBig = isBig;
    this.#block = isBig ? firstBlock : firstBlock - 1;
    this.#isOpen = !isBig;
  }

  /** Counts a pack. Returns its base. */
  advance(members: readonly Cluster[]): number {
    let base = this.#block;
    let isFirst = this.#isBig;
    for (const cluster of members) {
      if (cluster.kind === 'nonhead') {
        if (cluster.blocks === undefined) continue;
        this.#block += cluster.blocks;
        this.#isOpen = false;
        continue;
      }
      if (this.#isOpen) this.#block++;
      if (this.#isOpen && isFirst) base = this.#block;
      this.#isOpen = true;
      isFirst = false;
    }
    return base;
  }
}

/** The clusters of a compact index at byte `offset`, in order. `ahead` and `back` are 0 where the index does not store them. */
export function* decodeCompactIndex(bytes: Uint8Array, form: CompactForm, offset: number): Generator<Cluster> {
  let at = offset;
  let left = form.clusters;
  for (const pack of packsOf(form)) {
    yield* decodePack(bytes, at, pack, form, Math.min(left, pack.clusters));
    at += pack.size;
    left -= pack.clusters;
  }
}

function* decodePack(
  bytes: Uint8Array,
  at: number,
  pack: Pack,
  { clusterLog, bigClusters }: CompactForm,
  count: number,
): Generator<Cluster> {
  const valueBits = Math.max(clusterLog, MAX_TWO_BYTE_LOG);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, pack.size);
  const bits = ((pack.size - BASE) * 8) / pack.clusters;
  const base = view.getUint32(pack.size - BASE, true);
  let block = bigClusters ? base : base + 1;
  let isOpen = false;
  for (let place = 0; place < count; place++) {
    const bit = place * bits;
    const field = view.getUint32(bit >>> 3, true) >>> (bit & 7);
    const value = field & ((1 << valueBits) - 1);
    const kind = CLUSTER_KINDS[(field >>> valueBits) & 3]!;
    if (kind !== 'nonhead') {
      if (isOpen) block++;
      isOpen = true;
      yield { kind, offset: value, block: block % 0x1_0000_0000 };
    } else if ((value & BLOCK_COUNT) === 0) {
      const isLast = place === pack.clusters - 1;
      yield { kind, back: isLast ? 0 : value, ahead: isLast ? value : 0 };
    } else {
      const blocks = value & ~BLOCK_COUNT;
      block += blocks;
      isOpen = false;
      yield { kind, blocks, back: 1, ahead: 0 };
    }
  }
}
