// The head of a compressed file's index, at a multiple of 8 bytes after inode and attributes. A full index follows 8 bytes
// after its end, a compact one at its end.

import { struct, u8, u16le, u32le, type Value } from '../../bytes/index.js';

export const mapHeader = struct('EROFS compression map header', 8, {
  /**
   * With {@link MapAdvice.fragment} the low 32 bits of the offset of the file's last part in the packed inode. With
   * {@link MapAdvice.inlineTail} its high 16 bits are the encoded length of the data after the index. With {@link MapAdvice.extents} the number of extents.
   */
  tail: u32le(0),
  /** Bits of {@link MapAdvice}. */
  advice: u16le(4),
  /** Algorithms of `head1` in bits 0 to 3 and of `head2` in bits 4 to 7. */
  algorithms: u8(6),
  /** Bits 0 to 3: size of logical clusters beyond the block size, a power of two. Bit 7: {@link WHOLE_FRAGMENT}. */
  cluster: u8(7),
});
export type MapHeader = Value<typeof mapHeader>;

/** Alignment of the header. */
export const MAP_HEADER_ALIGNMENT = 8;
/** Bytes between the end of the header and the first entry of a full index. */
export const FULL_INDEX_GAP = 8;
/** Bit of `cluster`: the whole file is in the packed inode, at the offset in the other 63 bits of the header. */
export const WHOLE_FRAGMENT = 0x80;
export const CLUSTER_LOG_MASK = 0x0f;

export const MapAdvice = {
  /** In compact indexes: 2 bytes for each logical cluster where possible. */
  twoBytes: 0x01,
  /** In full indexes the same bit: extents follow. */
  extents: 0x01,
  bigClusters1: 0x02,
  bigClusters2: 0x04,
  /** The last cluster follows the index. */
  inlineTail: 0x08,
  /** The bytes of a `plain` cluster are rotated: each has the same offset in its block as in the block of the file. */
  interlaced: 0x10,
  fragment: 0x20,
} as const;

/** Size of an extent's record: 4, 8, 16 or 32 bytes. */
export function extentRecordSize(advice: number): number {
  return 4 << ((advice >> 1) & 3);
}
