// The superblock: 1024 bytes at byte 1024 of the image, and copies at the start of backup groups
// (kernel documentation, "Super Block").

import { bytes, crc32c, paddedText, reserved, struct, u8, u16le, u32le, u64le, type Value } from '../../bytes/index.js';
import { INCOMPAT } from './features.js';

/** Byte offset of the primary superblock, for every block size. */
export const SUPERBLOCK_AT = 1024;
/**
 * The block that holds the primary superblock. It is not always the first data block: with bigalloc that is 0, with any
 * block size.
 */
export function superblockBlock(blockSize: number): number {
  return Math.floor(SUPERBLOCK_AT / blockSize);
}

/** Value of `magic`. */
export const MAGIC = 0xef53;
/** `state`: cleanly unmounted. */
export const STATE_CLEAN = 1;
/** `errorPolicy`: what the kernel does when it finds an error. */
export const ERROR_POLICIES = { continue: 1, 'remount-ro': 2, panic: 3 } as const;
/** Actions of the kernel when it finds an error in the file system. */
export type ErrorPolicy = keyof typeof ERROR_POLICIES;
/** `flags`: directory hashes treat name bytes as signed, the form of images made on x86. */
export const SIGNED_HASH = 1;
/** Bits of `defaultMountOptions`, by the names that tune2fs has for them. */
export const MOUNT_OPTIONS: Readonly<Record<string, number>> = {
  debug: 0x1,
  bsdgroups: 0x2,
  user_xattr: 0x4,
  acl: 0x8,
  uid16: 0x10,
  journal_data: 0x20,
  journal_data_ordered: 0x40,
  journal_data_writeback: 0x60,
  nobarrier: 0x100,
  block_validity: 0x200,
  discard: 0x400,
  nodelalloc: 0x800,
};
/** `maxMountCount`: never force a check. */
export const NO_MOUNT_LIMIT = 0xffff;
/** `checksumType`: crc32c. */
export const CRC32C = 1;

const CHECKSUM_AT = 0x3fc;

export const superblock = struct('ext4 superblock', 1024, {
  inodes: u32le(0x00),
  blocksLow: u32le(0x04),
  reservedBlocksLow: u32le(0x08),
  freeBlocksLow: u32le(0x0c),
  freeInodes: u32le(0x10),
  firstDataBlock: u32le(0x14),
  logBlockSize: u32le(0x18),
  logClusterSize: u32le(0x1c),
  blocksPerGroup: u32le(0x20),
  clustersPerGroup: u32le(0x24),
  inodesPerGroup: u32le(0x28),
  mountTime: u32le(0x2c),
  writeTime: u32le(0x30),
  mountCount: u16le(0x34),
  maxMountCount: u16le(0x36),
  magic: u16le(0x38),
  state: u16le(0x3a),
  errorPolicy: u16le(0x3c),
  minorRevision: u16le(0x3e),
  checkTime: u32le(0x40),
  checkInterval: u32le(0x44),
  creatorOs: u32le(0x48),
  revision: u32le(0x4c),
  reservedUid: u16le(0x50),
  reservedGid: u16le(0x52),
  firstInode: u32le(0x54),
  inodeSize: u16le(0x58),
  groupNumber: u16le(0x5a),
  compat: u32le(0x5c),
  incompat: u32le(0x60),
  roCompat: u32le(0x64),
  uuid: bytes(0x68, 16),
  label: paddedText(0x78, 16, 0),
  lastMounted: paddedText(0x88, 64, 0),
  compressionBitmap: u32le(0xc8),
  preallocateBlocks: u8(0xcc),
  preallocateDirectoryBlocks: u8(0xcd),
  reservedDescriptorBlocks: u16le(0xce),
  journalUuid: bytes(0xd0, 16),
  journalInode: u32le(0xe0),
  journalDevice: u32le(0xe4),
  lastOrphan: u32le(0xe8),
  hashSeed: bytes(0xec, 16),
  hashVersion: u8(0xfc),
  journalBackupType: u8(0xfd),
  descriptorSize: u16le(0xfe),
  defaultMountOptions: u32le(0x100),
  firstMetaGroup: u32le(0x104),
  creationTime: u32le(0x108),
  journalBackup: bytes(0x10c, 68),
  blocksHigh: u32le(0x150),
  reservedBlocksHigh: u32le(0x154),
  freeBlocksHigh: u32le(0x158),
  minExtraSize: u16le(0x15c),
  wantExtraSize: u16le(0x15e),
  flags: u32le(0x160),
  raidStride: u16le(0x164),
  mmpInterval: u16le(0x166),
  mmpBlock: u64le(0x168),
  raidStripeWidth: u32le(0x170),
  logGroupsPerFlex: u8(0x174),
  checksumType: u8(0x175),
  reserved176: reserved(0x176, 2),
  kibytesWritten: u64le(0x178),
  snapshots: reserved(0x180, 20),
  errorRecords: reserved(0x194, 108),
  mountOptions: paddedText(0x200, 64, 0),
  userQuotaInode: u32le(0x240),
  groupQuotaInode: u32le(0x244),
  overheadBlocks: u32le(0x248),
  backupGroups: bytes(0x24c, 8),
  encryption: reserved(0x254, 20),
  lostFoundInode: u32le(0x268),
  projectQuotaInode: u32le(0x26c),
  checksumSeed: u32le(0x270),
  writeTimeHigh: u8(0x274),
  mountTimeHigh: u8(0x275),
  creationTimeHigh: u8(0x276),
  checkTimeHigh: u8(0x277),
  errorTimesHigh: reserved(0x278, 4),
  encoding: u16le(0x27c),
  encodingFlags: u16le(0x27e),
  orphanFileInode: u32le(0x280),
  reserved284: reserved(0x284, 376),
  checksum: u32le(CHECKSUM_AT),
});

export type Superblock = Value<typeof superblock>;

/**
 * The superblock as 1024 bytes, with its checksum if it names a kind of it. No UUID seeds that: readers check it before
 * they know the UUID.
 */
export function renderSuperblock(value: Omit<Superblock, 'checksum'>): Uint8Array {
  const image = superblock.encode({ ...value, checksum: 0 });
  if (value.checksumType !== CRC32C) return image;
  new DataView(image.buffer).setUint32(CHECKSUM_AT, crc32c(~0, image, 0, CHECKSUM_AT), true);
  return image;
}

/** Blocks that extents and indirect blocks can name, and so the most that a file system can have. */
export const ADDRESSABLE_BLOCKS = 2 ** 48;

/** A count of blocks that is stored in two halves; the high half is only valid with the feature `64bit`. */
export function wideCount({ incompat }: Superblock, low: number, high: number): number {
  return low + ((incompat & INCOMPAT['64bit']) !== 0 ? high * 2 ** 32 : 0);
}

/** The size of a file system in blocks. In a damaged superblock it may exceed {@link ADDRESSABLE_BLOCKS}. */
export function blockCount(found: Superblock): number {
  return wideCount(found, found.blocksLow, found.blocksHigh);
}

/** Whether a superblock read from `image` has the checksum that it should, if it names a kind of it. */
export function isSuperblockSealed({ checksumType, checksum }: Superblock, image: Uint8Array): boolean {
  return checksumType !== CRC32C || crc32c(~0, image, 0, CHECKSUM_AT) === checksum;
}
