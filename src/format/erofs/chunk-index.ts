// Files in chunks of equal size, a power of two (kernel documentation, "Chunk-based files"): after inode and attributes one
// address for each chunk, as a block number alone or as an index that also has a device.

import { struct, u16le, u32le } from '../../bytes/index.js';

/** At a multiple of 8 bytes. */
export const chunkIndex = struct('EROFS chunk index', 8, {
  blockHigh: u16le(0),
  device: u16le(2),
  block: u32le(4),
});

/** At a multiple of 4 bytes. */
export const chunkAddress = struct('EROFS chunk address', 4, { block: u32le(0) });

/** Block of a chunk of zeros. */
export const HOLE = 0xffff_ffff;
export const WIDE_HOLE = 0xffff_ffff_ffff;

/** Bits of a chunk format, which an inode has in `data`. */
export const ChunkFormat = {
  /** Chunks have `1 << n` blocks. */
  blocksLog: 0x1f,
  /** {@link chunkIndex}, not {@link chunkAddress}. */
  indexes: 0x20,
  /** `blockHigh` is used. */
  wide: 0x40,
} as const;
export const KNOWN_CHUNK_FORMAT = 0x7f;
