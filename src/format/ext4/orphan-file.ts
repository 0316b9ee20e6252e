// The orphan file: a table of inodes that were deleted while open, empty in a clean file system (kernel documentation,
// "Orphan file"). Its inode has no name; the superblock refers to it.

import { crc32c, crc32cWord } from '../../bytes/index.js';
import type { Seed } from './checksum.js';

const MAGIC = 0x0b10ca04;
/** Magic and checksum at the end of each block. */
const TAIL = 8;
const FEWEST_BLOCKS = 32;
const MOST_BLOCKS = 512;

/** Length in blocks by file system size, as mke2fs has it. */
export function orphanFileBlocks(blocks: number): number {
  return Math.min(MOST_BLOCKS, Math.max(FEWEST_BLOCKS, Math.floor(blocks / 4096)));
}

/** One empty block, which is at block number `block`; `seed` is that of the inode. */
export function renderOrphanBlock(target: Uint8Array, block: number, seed: Seed): void {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  const end = target.length - TAIL;
  view.setUint32(end, MAGIC, true);
  if (seed === undefined) return;
  const place = crc32cWord(crc32cWord(seed, block % 0x1_0000_0000), Math.floor(block / 0x1_0000_0000));
  view.setUint32(end + 4, crc32c(place, target, 0, end), true);
}
