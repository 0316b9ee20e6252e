// The superblock: 128 bytes at byte 1024 of the image, and extension slots of 16 bytes each
// (kernel documentation, "EROFS - Enhanced Read-Only File System").

import {
  bytes,
  crc32c,
  i64le,
  paddedText,
  reserved,
  struct,
  u8,
  u16le,
  u32le,
  u64le,
  type Value,
} from '../../bytes/index.js';

/** Byte offset of the superblock, with any block size. */
export const SUPERBLOCK_AT = 1024;
export const MAGIC = 0xe0f5_e1e2;
/** `blockLog` of the smallest and the largest blocks: 512 bytes and 64 KiB. */
export const MIN_BLOCK_LOG = 9;
export const MAX_BLOCK_LOG = 16;
/** Size of one of the `extraSlots`. */
export const EXTRA_SLOT = 16;
/** Unit of `xattrPrefixesAt`. */
export const XATTR_UNIT = 4;

export const superblock = struct('EROFS superblock', 128, {
  magic: u32le(0),
  /** A {@link superblockChecksum}, with {@link Compatible.checksum}. */
  checksum: u32le(4),
  /** Bits of {@link Compatible}. */
  compatible: u32le(8),
  blockLog: u8(12),
  extraSlots: u8(13),
  /** The root's nid. With {@link Incompatible.wide} and a `wideRootNid` the high 16 bits of `blocks`. */
  rootNid: u16le(14),
  inodes: u64le(16),
  /** Seconds since 1970: the time of all compact inodes; the newest form adds a field of the inode. */
  epoch: i64le(24),
  epochNanoseconds: u32le(32),
  blocks: u32le(36),
  /** Block from which nids count. */
  metaBlock: u32le(40),
  /** Block from which the numbers of shared attributes count. */
  xattrBlock: u32le(44),
  uuid: bytes(48, 16),
  label: paddedText(64, 16, 0),
  /** Bits of {@link Incompatible}. */
  incompatible: u32le(80),
  /** With {@link Incompatible.compressionConfigs} one bit per {@link Algorithm}, otherwise the largest distance of LZ4 (0: 64 KiB). */
  algorithms: u16le(84),
  extraDevices: u16le(86),
  /** Start of the table of devices, in units of its slots. */
  deviceSlot: u16le(88),
  /** Size of directory blocks beyond the block size, a power of two; 0 so far. */
  directoryBlockLog: u8(90),
  xattrPrefixCount: u8(91),
  /** Start of the long prefixes, in units of {@link XATTR_UNIT}. */
  xattrPrefixesAt: u32le(92),
  /** The inode of the fragments of all files. */
  packedNid: u64le(96),
  xattrFilterReserved: u8(104),
  shareIdPrefix: u8(105),
  reserved106: reserved(106, 2),
  /** Seconds after `epoch` at which the image was made. */
  buildTime: u32le(108),
  wideRootNid: u32le(112),
  /** Its high bits; the highest means that the root is in the metabox. */
  wideRootHigh: u32le(116),
  reserved120: reserved(120, 8),
});
export type Superblock = Value<typeof superblock>;

/** The first extension slot. */
export const superblockExtension = struct('EROFS superblock extension', EXTRA_SLOT, {
  /** With {@link Incompatible.metabox} the inode of metadata. */
  metaboxNid: u64le(0),
  reserved8: reserved(8, 8),
});

/** Features that readers may ignore. */
export const Compatible = {
  checksum: 0x01,
  /** Compact inodes have the time of the file that was modified last, not of the image. */
  modificationTime: 0x02,
  /** The heads of attributes have a filter of their names. */
  xattrFilter: 0x04,
  sharedXattrsInMetabox: 0x08,
  /** Long prefixes are in the image itself, not in the packed inode. */
  plainXattrPrefixes: 0x10,
  pageSharing: 0x20,
} as const;

/** Features that readers must know. Some bits have two names: they came with the same kernel. */
export const Incompatible = {
  /** Compressed data ends at the end of its blocks, with zeros before it. */
  zeroPadding: 0x01,
  /** Compression configurations follow the superblock; clusters may have several blocks. */
  compressionConfigs: 0x02,
  bigClusters: 0x02,
  chunks: 0x04,
  devices: 0x08,
  secondAlgorithm: 0x08,
  tailPacking: 0x10,
  fragments: 0x20,
  dedupe: 0x20,
  xattrPrefixes: 0x40,
  /** Block addresses of 48 bits. */
  wide: 0x80,
  /** Metadata in an inode, which may be compressed. */
  metabox: 0x100,
} as const;

/** All bits of {@link Incompatible}. */
export const KNOWN_INCOMPATIBLE = 0x1ff;

/**
 * The checksum of a superblock: CRC-32C of the rest of its block, or of one block after byte 1024 if blocks are not larger, with
 * a `checksum` of 0. `bytes` starts at byte 1024 of the image and is at least that long.
 */
export function superblockChecksum(bytes: Uint8Array, blockLog: number): number {
  const covered = bytes.slice(0, checksumLength(blockLog));
  covered.fill(0, 4, 8);
  return crc32c(~0, covered);
}

/** The number of bytes from byte 1024 on that the checksum covers. */
export function checksumLength(blockLog: number): number {
  const blockSize = 2 ** blockLog;
  return blockSize > SUPERBLOCK_AT ? blockSize - SUPERBLOCK_AT : blockSize;
}
