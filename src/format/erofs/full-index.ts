// The full index of a compressed file: 8 bytes for each logical cluster.

import { struct, u16le, u32le } from '../../bytes/index.js';
import { BLOCK_COUNT, CLUSTER_KINDS, type Cluster, ClusterType, MAX_DISTANCE } from './cluster.js';

export const clusterIndex = struct('EROFS logical cluster index', 8, {
  /** Bits 0 and 1 a {@link ClusterType}, bit 15 {@link PARTIAL}. */
  advice: u16le(0),
  offset: u16le(2),
  /** The block of a head; otherwise the distance back in the low and the distance ahead in the high 16 bits. */
  place: u32le(4),
});

const TYPE_MASK = 0x03;
const PARTIAL = 0x8000;

/** Writes one entry at byte `at`. */
export function putFullIndex(cluster: Cluster, view: DataView, at: number): void {
  const type = ClusterType[cluster.kind];
  if (cluster.kind !== 'nonhead') {
    const { offset, block, isPartial } = cluster;
    clusterIndex.encodeThrough({ advice: type | (isPartial ? PARTIAL : 0), offset, place: block }, view, at);
    return;
  }
  const { blocks, back, ahead } = cluster;
  const first = blocks === undefined ? Math.min(back, MAX_DISTANCE) : blocks | BLOCK_COUNT;
  clusterIndex.encodeThrough({ advice: type, offset: 0, place: first + ahead * 0x1_0000 }, view, at);
}

/** The entry at byte `at`. */
export function decodeFullIndex(bytes: Uint8Array, at: number): Cluster {
  const { advice, offset, place } = clusterIndex.decode(bytes, at);
  const kind = CLUSTER_KINDS[advice & TYPE_MASK]!;
  if (kind !== 'nonhead') {
    return { kind, offset, block: place, ...((advice & PARTIAL) === 0 ? {} : { isPartial: true }) };
  }
  const first = place & 0xffff;
  const ahead = place >>> 16;
  if ((first & BLOCK_COUNT) === 0) return { kind, back: first, ahead };
  return { kind, blocks: first & ~BLOCK_COUNT, back: 1, ahead };
}
