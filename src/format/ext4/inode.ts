// Inodes: the attributes of a file (kernel documentation, "Index Nodes").

import {
  bytes,
  crc32c,
  deviceNumber,
  deviceNumbers,
  reserved,
  struct,
  type Timestamp,
  u16le,
  u32le,
  type Value,
} from '../../bytes/index.js';
import { type Node, TYPE_BITS } from '../../tree/index.js';
import type { Seed } from './checksum.js';

/** Inode numbers with a fixed meaning. */
export const ROOT_INODE = 2;
export const USER_QUOTA_INODE = 3;
export const GROUP_QUOTA_INODE = 4;
export const RESIZE_INODE = 7;
export const JOURNAL_INODE = 8;
/** First number free for use; by custom that of lost+found. */
export const FIRST_INODE = 11;

/** Bytes that the fixed fields take beyond the first 128. */
export const EXTRA_SIZE = 32;
/** Bytes of the inode of ext2, which ends before the extra fields and has no room for xattrs. */
export const SMALL_INODE = 128;
/** Bytes of the fixed fields; in-inode xattrs follow. */
export const FIXED_SIZE = 160;
/** Room for the extent root, a short symlink target or device numbers. */
export const BLOCK_FIELD_SIZE = 60;
/** Most names of one file. */
export const MAX_LINKS = 65_000;

/** `flags`: the file is immutable. */
export const IMMUTABLE_FLAG = 0x10;
/** `flags`: names and data are encrypted. */
export const ENCRYPTED_FLAG = 0x800;
/** `flags`: the directory has a hash index. */
export const INDEX_FLAG = 0x1000;
/** `flags`: the count of blocks is not in sectors. */
export const HUGE_FILE_FLAG = 0x40000;
/** `flags`: hashes of the file are in blocks after its end. */
export const VERITY_FLAG = 0x100000;
/** `flags`: the inode is the value of an attribute. */
export const XATTR_VALUE_FLAG = 0x200000;
/** `flags`: the file's data is in the inode. */
export const INLINE_FLAG = 0x10000000;
/** `flags`: the block field holds an extent tree. */
export const EXTENTS_FLAG = 0x80000;

export const inode = struct('ext4 inode', FIXED_SIZE, {
  mode: u16le(0x00),
  uidLow: u16le(0x02),
  sizeLow: u32le(0x04),
  atime: u32le(0x08),
  ctime: u32le(0x0c),
  mtime: u32le(0x10),
  dtime: u32le(0x14),
  gidLow: u16le(0x18),
  links: u16le(0x1a),
  sectorsLow: u32le(0x1c),
  flags: u32le(0x20),
  versionLow: u32le(0x24),
  block: bytes(0x28, BLOCK_FIELD_SIZE),
  generation: u32le(0x64),
  xattrBlockLow: u32le(0x68),
  sizeHigh: u32le(0x6c),
  fragment: reserved(0x70, 4),
  sectorsHigh: u16le(0x74),
  xattrBlockHigh: u16le(0x76),
  uidHigh: u16le(0x78),
  gidHigh: u16le(0x7a),
  checksumLow: u16le(0x7c),
  reserved7e: reserved(0x7e, 2),
  extraSize: u16le(0x80),
  checksumHigh: u16le(0x82),
  ctimeExtra: u32le(0x84),
  mtimeExtra: u32le(0x88),
  atimeExtra: u32le(0x8c),
  crtime: u32le(0x90),
  crtimeExtra: u32le(0x94),
  versionHigh: u32le(0x98),
  project: u32le(0x9c),
});

export type Inode = Value<typeof inode>;

/** The mode field: type and permission bits. */
export function modeField(kind: Node['kind'], permissions: number): number {
  return TYPE_BITS[kind] | permissions;
}

/** First and last second that an inode of this size can hold: 34 bits counted from 1901-12-13, to 2446-05-10; small ones 32 bits. */
export function timeRange(inodeSize: number): readonly [first: number, last: number] {
  return [-(2 ** 31), inodeSize > SMALL_INODE ? 2 ** 34 - 2 ** 31 - 1 : 2 ** 31 - 1];
}

/** First second (2310-04-04) that e2fsck suspects to be a time before 1970, which old kernels stored that way. */
export const SUSPECT_TIME = 2 ** 33 + 2 ** 31;

/** A time as its two fields: the low 32 bits of the seconds; nanoseconds above two bits that extend the seconds. */
export function timeFields(time: Timestamp): { seconds: number; extra: number } {
  const low = time.seconds | 0;
  const epoch = Math.round((time.seconds - low) / 2 ** 32) & 3;
  return { seconds: low >>> 0, extra: ((time.nanoseconds << 2) | epoch) >>> 0 };
}

/** Device numbers as block field: the old 8:8 form if both fit it, otherwise the new 12:20 form in the second word. */
export function deviceField(major: number, minor: number): Uint8Array {
  const field = new Uint8Array(BLOCK_FIELD_SIZE);
  const view = new DataView(field.buffer);
  if (major < 256 && minor < 256) view.setUint32(0, (major << 8) | minor, true);
  else view.setUint32(4, deviceNumber(major, minor), true);
  return field;
}

/** Puts the checksum, if there is a seed for it, on the inode of `size` bytes at byte `at`; both its fields must be zero. */
export function sealInode(table: Uint8Array, at: number, size: number, seed: Seed): void {
  if (seed === undefined) return;
  const sum = crc32c(seed, table, at, at + size);
  table[at + 0x7c] = sum;
  table[at + 0x7d] = sum >>> 8;
  if (size <= SMALL_INODE) return;
  table[at + 0x82] = sum >>> 16;
  table[at + 0x83] = sum >>> 24;
}

/** Whether an inode's checksum is that of its bytes. */
export function isInodeSealed(
  bytes: Uint8Array,
  { extraSize, checksumLow, checksumHigh }: Inode,
  seed: number,
): boolean {
  const own = bytes.slice();
  own.fill(0, 0x7c, 0x7e);
  const isWide = bytes.length > SMALL_INODE && extraSize >= 4;
  if (isWide) own.fill(0, 0x82, 0x84);
  const sum = crc32c(seed, own);
  return isWide ? sum === checksumLow + checksumHigh * 0x10000 : (sum & 0xffff) === checksumLow;
}

/** The time in two fields. Without the extra field, in small inodes, it has whole seconds. */
export function timeOf(seconds: number, extra: number | undefined): Timestamp {
  const low = seconds | 0;
  if (extra === undefined) return { seconds: low, nanoseconds: 0 };
  return { seconds: low + (extra & 3) * 2 ** 32, nanoseconds: Math.min(extra >>> 2, 999_999_999) };
}

/** Inverse of {@link deviceField}. */
export function devicesInField(block: Uint8Array): readonly [major: number, minor: number] {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const old = view.getUint32(0, true);
  if (old !== 0) return [(old >>> 8) & 0xff, old & 0xff];
  const { major, minor } = deviceNumbers(view.getUint32(4, true));
  return [major, minor];
}

/** Small inodes end before the extra fields, which then read as zeros. */
export function decodeInode(bytes: Uint8Array): Inode {
  if (bytes.length >= FIXED_SIZE) return inode.decode(bytes);
  const whole = new Uint8Array(FIXED_SIZE);
  whole.set(bytes);
  return inode.decode(whole);
}
