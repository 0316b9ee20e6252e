// Inodes (kernel documentation, "On-disk details"): a compact form of 32 bytes, and an extended one of 64 bytes for larger
// values. Attributes follow, then data of the layout. An inode is identified by its nid: its place in
// the metadata area in units of 32 bytes.

import { i64le, reserved, struct, u16le, u32le, u64le } from '../../bytes/index.js';

/** Unit of nids. */
export const INODE_UNIT = 32;

/** Layout of the bytes of a file, the entries of a directory or the target of a link. */
export const DataLayout = {
  /** Contiguous blocks. */
  plain: 0,
  /** Compressed, with an index of 8 bytes for each logical cluster. */
  compressedFull: 1,
  /** As `plain`, but the last partial block follows the inode. */
  inline: 2,
  /** Compressed, with an index of 2 or 4 bytes for each logical cluster. */
  compressedCompact: 3,
  /** Chunks, each with an address. */
  chunks: 4,
} as const;
export type DataLayout = (typeof DataLayout)[keyof typeof DataLayout];

/** Bits of `format`. */
const EXTENDED = 0x01;
const LAYOUT_SHIFT = 1;
const LAYOUT_MASK = 0x07;
/** In compact inodes of anything but a directory: the link count is 1, and `links` has the high bits of an address. In directories: no entry `.`. */
export const SHORT = 0x10;
/** All bits of `format` that have a meaning. */
export const KNOWN_FORMAT = 0x1f;

/** The first 16 bits of an inode. */
export function inodeFormat(isExtended: boolean, layout: DataLayout): number {
  return (isExtended ? EXTENDED : 0) | (layout << LAYOUT_SHIFT);
}

export function isExtendedFormat(format: number): boolean {
  return (format & EXTENDED) !== 0;
}

/** The layout in a format; it may not be one of {@link DataLayout}. */
export function layoutOf(format: number): number {
  return (format >> LAYOUT_SHIFT) & LAYOUT_MASK;
}

const head = {
  format: u16le(0),
  /** 0, or the number of 4-byte words after the {@link xattrHead} plus one. */
  xattrWords: u16le(2),
  /** With the file type, as `st_mode`. */
  mode: u16le(4),
};

/**
 * `data` is the first block of `plain` and `inline` layouts, the number of blocks of compressed ones, the device number of a
 * device, a chunk format of `chunks`.
 */
export const compactInode = struct('EROFS compact inode', 32, {
  ...head,
  links: u16le(6),
  size: u32le(8),
  /** Seconds to add to the superblock's `epoch`; 0 in images from before the field existed. */
  mtime: u32le(12),
  data: u32le(16),
  /** For `st_ino` of 32-bit programs. */
  number: u32le(20),
  uid: u16le(24),
  gid: u16le(26),
  reserved28: reserved(28, 4),
});

/** `data` as in a {@link compactInode}. */
export const extendedInode = struct('EROFS extended inode', 64, {
  ...head,
  /** The high 16 bits of an address in `data`. */
  dataHigh: u16le(6),
  size: u64le(8),
  data: u32le(16),
  number: u32le(20),
  uid: u32le(24),
  gid: u32le(28),
  mtime: i64le(32),
  mtimeNanoseconds: u32le(40),
  links: u32le(44),
  reserved48: reserved(48, 16),
});

/** Address of `plain` data of a file that is a hole. */
export const NO_ADDRESS = 0xffff_ffff;
export const WIDE_NO_ADDRESS = 0xffff_ffff_ffff;
