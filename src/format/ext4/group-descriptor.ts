// Group descriptors: 64 bytes per block group, in one table after each superblock (kernel documentation,
// "Block Group Descriptors").

import { crc32c, crc32cWord, reserved, struct, u16le, u32le } from '../../bytes/index.js';

export const DESCRIPTOR_SIZE = 64;

/** `flags`: no inode of the group is used, its bitmap and table need not be read. */
export const INODE_UNINIT = 1;
/** `flags`: no block is used beyond what the group's place implies, its bitmap need not be read. */
export const BLOCK_UNINIT = 2;
/** `flags`: the unused part of the inode table is zeros. */
export const TABLE_ZEROED = 4;

const descriptor = struct('ext4 group descriptor', DESCRIPTOR_SIZE, {
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

/** Writes the descriptor of `group` into `table` at byte `at`, with its checksum. */
export function renderDescriptor(
  value: GroupDescriptor,
  group: number,
  seed: number,
  table: Uint8Array,
  at: number,
): void {
  const fields = {
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
  };
  descriptor.encodeInto(fields, table, at);
  const sum = crc32c(crc32cWord(seed, group), table, at, at + DESCRIPTOR_SIZE);
  descriptor.encodeInto({ ...fields, checksum: low16(sum) }, table, at);
}
