// Recognises ext2, ext3 and ext4: the superblock's magic and numbers, then its checksum or the first group descriptor.

import { bytesAt, type Source } from '../../io/index.js';
import type { Evidence } from '../../tree/index.js';
import { featureNames } from './features.js';
import {
  ADDRESSABLE_BLOCKS,
  blockCount,
  CRC32C,
  isSuperblockSealed,
  MAGIC,
  SUPERBLOCK_AT,
  type Superblock,
  superblock,
  superblockBlock,
} from './superblock.js';

const MOST_LOG_BLOCK_SIZE = 6;
const NEWEST_REVISION = 1;
const SMALLEST_INODE = 128;
/** Bytes of a group descriptor that say where the bitmaps and the inode table are. */
const DESCRIPTOR_PLACES = 12;

/** A superblock, and how certain it is that it is one. */
export interface FoundSuperblock {
  readonly evidence: Evidence;
  readonly superblock: Superblock;
}

/** The superblock of an image; undefined for an image of another kind. */
export async function findSuperblock(image: Source): Promise<FoundSuperblock | undefined> {
  const bytes = await bytesAt(image, SUPERBLOCK_AT, superblock.size);
  if (!bytes) return undefined;
  const found = superblock.decode(bytes);
  if (found.magic !== MAGIC || !isPlausible(found)) return undefined;
  const isSealed = found.checksumType === CRC32C && isSuperblockSealed(found, bytes);
  const isConfirmed = isSealed || (found.checksumType !== CRC32C && (await hasFirstGroup(image, found)));
  return { evidence: isConfirmed ? 'confirmed' : 'head', superblock: found };
}

function isPlausible(found: Superblock): boolean {
  const { logBlockSize, revision, inodeSize, blocksPerGroup, inodesPerGroup, inodes } = found;
  const blocks = blockCount(found);
  if (logBlockSize > MOST_LOG_BLOCK_SIZE || revision > NEWEST_REVISION) return false;
  if (blocks === 0 || blocks > ADDRESSABLE_BLOCKS) return false;
  // The journal of another file system has the same superblock, without groups and inodes.
  if (featureNames(found).includes('journal_dev')) return true;
  const isInodeSize = revision === 0 || (inodeSize >= SMALLEST_INODE && Number.isInteger(Math.log2(inodeSize)));
  return isInodeSize && blocksPerGroup > 0 && inodesPerGroup > 0 && inodes >= inodesPerGroup;
}

/** Whether the first group has its bitmaps and inode table inside the file system, each in its own block. */
async function hasFirstGroup(image: Source, found: Superblock): Promise<boolean> {
  const { firstDataBlock, logBlockSize } = found;
  const blockSize = 1024 * 2 ** logBlockSize;
  const at = (superblockBlock(blockSize) + 1) * blockSize;
  const bytes = await bytesAt(image, at, DESCRIPTOR_PLACES);
  if (!bytes) return false;
  const view = new DataView(bytes.buffer);
  const places = [0, 4, 8].map((offset) => view.getUint32(offset, true));
  const blocks = blockCount(found);
  return new Set(places).size === places.length && places.every((block) => block > firstDataBlock && block < blocks);
}
