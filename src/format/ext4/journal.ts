// The journal: inode 8, a clean jbd2 log of which only the first block is not zero (kernel documentation, "Journal
// (jbd2)"). All its numbers are big-endian.

import { bytes, reserved, struct, u8, u32be } from '../../bytes/index.js';

/** Fewest blocks the kernel accepts. */
export const MIN_JOURNAL_BLOCKS = 1024;
/** Most blocks, as mke2fs allows. */
export const MAX_JOURNAL_BLOCKS = 10_240_000;

/** Value of `magic`. */
export const JOURNAL_MAGIC = 0xc03b3998;
const SUPERBLOCK_V2 = 4;

/** The head of a journal. */
export const journalSuperblock = struct('jbd2 superblock', 1024, {
  magic: u32be(0x00),
  blockType: u32be(0x04),
  blockSequence: u32be(0x08),
  blockSize: u32be(0x0c),
  blocks: u32be(0x10),
  firstLogBlock: u32be(0x14),
  sequence: u32be(0x18),
  start: u32be(0x1c),
  error: u32be(0x20),
  compat: u32be(0x24),
  incompat: u32be(0x28),
  roCompat: u32be(0x2c),
  uuid: bytes(0x30, 16),
  users: u32be(0x40),
  dynamicSuperblock: u32be(0x44),
  maxTransaction: u32be(0x48),
  maxTransactionData: u32be(0x4c),
  checksumType: u8(0x50),
  reserved51: reserved(0x51, 171),
  checksum: u32be(0xfc),
  userUuids: reserved(0x100, 768),
});

/** Journal length in blocks by file system size, the steps of mke2fs; 0 where a journal would take too much of it. */
export function defaultJournalBlocks(blocks: number): number {
  const steps: readonly (readonly [below: number, journal: number])[] = [
    [2048, 0],
    [32_768, 1024],
    [262_144, 4096],
    [524_288, 8192],
    [4_194_304, 16_384],
    [8_388_608, 32_768],
    [16_777_216, 65_536],
    [33_554_432, 131_072],
  ];
  return steps.find(([below]) => blocks < below)?.[1] ?? 262_144;
}

/** First block of an empty journal. */
export function renderJournalSuperblock(blocks: number, blockSize: number): Uint8Array {
  return journalSuperblock.encode({
    magic: JOURNAL_MAGIC,
    blockType: SUPERBLOCK_V2,
    blockSequence: 0,
    blockSize,
    blocks,
    firstLogBlock: 1,
    sequence: 1,
    start: 0,
    error: 0,
    compat: 0,
    incompat: 0,
    roCompat: 0,
    uuid: new Uint8Array(16),
    users: 1,
    dynamicSuperblock: 0,
    maxTransaction: 0,
    maxTransactionData: 0,
    checksumType: 0,
    checksum: 0,
  });
}
