// Group descriptors: 64 bytes per block group, or their first 32 without the feature 64bit, in one table after each
// superblock (kernel documentation, "Block Group Descriptors").

import { crc16, crc32c, crc32cWord, reserved, struct, u16le, u32le } from '../../bytes/index.js';

/** Bytes of a descriptor with the feature 64bit. */
export const WIDE_DESCRIPTOR = 64;
/** Bytes of a descriptor without. */
export const NARROW_DESCRIPTOR = 32;
const CHECKSUM_AT = 0x1e;

/** `flags`: no inode of the group is used, its bitmap and table need not be read. */
export const INODE_UNINIT = 1;
/** `flags`: no block is used beyond what the group's place implies, its bitmap need not be read. */
export const BLOCK_UNINIT = 2;
/** `flags`: the unused part of the inode table is zeros. */
export const TABLE_ZEROED = 4;

const descriptor = struct('ext4 group descriptor', WIDE_DESCRIPTOR, {
  blockBitmapLow: u32le(0x00),
  inodeBitmapLow: u32le(0x04),
  inodeTableLow: u32le(0x08),
  freeBlocksLow: u16le(0x0c),
  freeInodesLow: u16le(0x0e),
  directoriesLow: u16le(0x10),
  flags: u16le(0x12),
  excludeBitmapLow: u32le(0x14),
  blockBitmapSumLow: u16le(0x18),
  inodeBitmapSumLow: u16le(0x1a),
  unusedInodesLow: u16le(0x1c),
  checksum: u16le(0x1e),
  blockBitmapHigh: u32le(0x20),
  inodeBitmapHigh: u32le(0x24),
  inodeTableHigh: u32le(0x28),
  freeBlocksHigh: u16le(0x2c),
  freeInodesHigh: u16le(0x2e),
  directoriesHigh: u16le(0x30),
  unusedInodesHigh: u16le(0x32),
  excludeBitmapHigh: u32le(0x34),
  blockBitmapSumHigh: u16le(0x38),
  inodeBitmapSumHigh: u16le(0x3a),
  reserved3c: reserved(0x3c, 4),
});

/** A group descriptor with its halves joined. */
export interface GroupDescriptor {
  /** Block numbers. */
  readonly blockBitmap: number;
  readonly inodeBitmap: number;
  readonly inodeTable: number;
  readonly freeBlocks: number;
  readonly freeInodes: number;
  readonly directories: number;
  /** Inodes at the end of the table that were never used. */
  readonly unusedInodes: number;
  readonly flags: number;
  /** crc32c of the bitmaps, 0 where they are uninitialised. */
  readonly blockBitmapSum: number;
  readonly inodeBitmapSum: number;
}

const low16 = (value: number) => value & 0xffff;
const high16 = (value: number) => value >>> 16;
const low32 = (value: number) => value % 0x1_0000_0000;
const high32 = (value: number) => Math.floor(value / 0x1_0000_0000);

/** The checksums of the descriptors of an image: metadata_csum gives a seed, gdt_csum the UUID. */
export type DescriptorSum = { readonly seed: number } | { readonly uuid: Uint8Array } | undefined;

/** Writes the descriptor of `group` into `table` at byte `at`, in `size` bytes, with its checksum. */
export function renderDescriptor(
  value: GroupDescriptor,
  group: number,
  sum: DescriptorSum,
  size: number,
  table: Uint8Array,
  at: number,
): void {
  const wide = descriptor.encode({
    blockBitmapLow: low32(value.blockBitmap),
    inodeBitmapLow: low32(value.inodeBitmap),
    inodeTableLow: low32(value.inodeTable),
    freeBlocksLow: low16(value.freeBlocks),
    freeInodesLow: low16(value.freeInodes),
    directoriesLow: low16(value.directories),
    flags: value.flags,
    excludeBitmapLow: 0,
    blockBitmapSumLow: low16(value.blockBitmapSum),
    inodeBitmapSumLow: low16(value.inodeBitmapSum),
    unusedInodesLow: low16(value.unusedInodes),
    checksum: 0,
    blockBitmapHigh: high32(value.blockBitmap),
    inodeBitmapHigh: high32(value.inodeBitmap),
    inodeTableHigh: high32(value.inodeTable),
    freeBlocksHigh: high16(value.freeBlocks),
    freeInodesHigh: high16(value.freeInodes),
    directoriesHigh: high16(value.directories),
    unusedInodesHigh: high16(value.unusedInodes),
    excludeBitmapHigh: 0,
    blockBitmapSumHigh: high16(value.blockBitmapSum),
    inodeBitmapSumHigh: high16(value.inodeBitmapSum),
  });
  const bytes = wide.subarray(0, size);
  new DataView(wide.buffer).setUint16(CHECKSUM_AT, checksumOf(bytes, group, sum), true);
  table.set(bytes, at);
}

/** The checksum's own field counts as zero in the one kind and is left out in the other. */
function checksumOf(bytes: Uint8Array, group: number, sum: DescriptorSum): number {
  if (!sum) return 0;
  if ('seed' in sum) return low16(crc32c(crc32cWord(sum.seed, group), bytes));
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, group, true);
  const start = crc16(crc16(crc16(0xffff, sum.uuid), number), bytes.subarray(0, CHECKSUM_AT));
  return crc16(start, bytes.subarray(CHECKSUM_AT + 2));
}

/** Where the inodes of a group are, from its descriptor of `size` bytes; undefined when its checksum is wrong. */
export function readInodeTable(
  table: Uint8Array,
  at: number,
  size: number,
  group: number,
  sum: DescriptorSum,
): number | undefined {
  const { inodeTable, isSealed } = readDescriptor(table, at, size, group, sum);
  return isSealed ? inodeTable : undefined;
}

/** A descriptor as it is stored, and whether its checksum is right. */
export interface FoundDescriptor extends GroupDescriptor {
  readonly isSealed: boolean;
}

/** The descriptor of `group`, of `size` bytes at byte `at` of a table. */
export function readDescriptor(
  table: Uint8Array,
  at: number,
  size: number,
  group: number,
  sum: DescriptorSum,
): FoundDescriptor {
  const bytes = new Uint8Array(Math.max(size, WIDE_DESCRIPTOR));
  bytes.set(table.subarray(at, at + size));
  const found = descriptor.decode(bytes);
  const isWide = size >= WIDE_DESCRIPTOR;
  const join32 = (low: number, high: number) => low + (isWide ? high * 0x1_0000_0000 : 0);
  const join16 = (low: number, high: number) => low + (isWide ? high * 0x1_0000 : 0);
  return {
    blockBitmap: join32(found.blockBitmapLow, found.blockBitmapHigh),
    inodeBitmap: join32(found.inodeBitmapLow, found.inodeBitmapHigh),
    inodeTable: join32(found.inodeTableLow, found.inodeTableHigh),
    freeBlocks: join16(found.freeBlocksLow, found.freeBlocksHigh),
    freeInodes: join16(found.freeInodesLow, found.freeInodesHigh),
    directories: join16(found.directoriesLow, found.directoriesHigh),
    unusedInodes: join16(found.unusedInodesLow, found.unusedInodesHigh),
    flags: found.flags,
    blockBitmapSum: join16(found.blockBitmapSumLow, found.blockBitmapSumHigh),
    inodeBitmapSum: join16(found.inodeBitmapSumLow, found.inodeBitmapSumHigh),
    isSealed: isSealed(bytes.slice(0, size), found.checksum, group, sum),
  };
}

function isSealed(own: Uint8Array, checksum: number, group: number, sum: DescriptorSum): boolean {
  if (!sum) return true;
  // Zero while it is summed in the one kind; in the other it is left out.
  if ('seed' in sum) own.fill(0, CHECKSUM_AT, CHECKSUM_AT + 2);
  return checksumOf(own, group, sum) === checksum;
}
