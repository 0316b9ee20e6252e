// Bitmaps and free counts of groups held against what is in use, and the checksums of bitmaps.

import { crc32c } from '../../../bytes/index.js';
import { BLOCK_UNINIT, INODE_UNINIT } from '../group-descriptor.js';
import { wideCount } from '../superblock.js';
import type { BlockUse } from './block-use.js';
import type { CheckedImage } from './image.js';
import type { InodeUse } from './inode-use.js';

interface Totals {
  freeBlocks: number;
  freeInodes: number;
}

/** Checksums are always compared; counts only where all structures are sound, since they would repeat their faults. */
export async function checkCounts(checked: CheckedImage, use: BlockUse, inodes: InodeUse): Promise<void> {
  const totals: Totals = { freeBlocks: 0, freeInodes: 0 };
  const before = checked.structural;
  for (let group = 0; group < checked.groups; group++) {
    const sums = checked.structural;
    await checkSums(checked, group);
    if (before === 0 && checked.structural === sums) {
      await checkBlocks(checked, use, group, totals);
      await checkInodes(checked, inodes, group, totals);
    }
  }
  if (before > 0 || checked.structural > 0) return;
  const { superblock, clusterBlocks } = checked;
  const stored = wideCount(superblock, superblock.freeBlocksLow, superblock.freeBlocksHigh);
  // Groups count clusters, the superblock blocks.
  if (stored !== totals.freeBlocks * clusterBlocks) {
    checked.report(
      'free-counts',
      `The superblock counts ${stored} free blocks, and there are ${totals.freeBlocks * clusterBlocks}.`,
    );
  } else if (superblock.freeInodes !== totals.freeInodes) {
    checked.report(
      'free-counts',
      `The superblock counts ${superblock.freeInodes} free inodes, and there are ${totals.freeInodes}.`,
    );
  }
}

async function checkSums(checked: CheckedImage, group: number): Promise<void> {
  const { seed, superblock, descriptorSize } = checked;
  if (seed === undefined) return;
  const { blockBitmap, inodeBitmap, blockBitmapSum, inodeBitmapSum, flags, isSealed } = checked.descriptors[group]!;
  if (!isSealed) return;
  const bits = checked.clusterBlocks > 1 ? superblock.clustersPerGroup : superblock.blocksPerGroup;
  const mask = descriptorSize > 32 ? 0xffff_ffff : 0xffff;
  for (const [what, block, sum, used, isUnread] of [
    ['block', blockBitmap, blockBitmapSum, bits, (flags & BLOCK_UNINIT) !== 0],
    ['inode', inodeBitmap, inodeBitmapSum, checked.inodesPerGroup, (flags & INODE_UNINIT) !== 0],
  ] as const) {
    const bytes = isUnread || !checked.isBlock(block) ? undefined : await checked.block(block);
    if (!bytes || (crc32c(seed, bytes, 0, used / 8) & mask) >>> 0 === sum) continue;
    const message = `The checksum of the ${what} bitmap of group ${group} is wrong.`;
    checked.structuralFault('bitmap-checksum', message, block * checked.blockSize);
  }
}

async function checkBlocks(checked: CheckedImage, use: BlockUse, group: number, totals: Totals): Promise<void> {
  const { clusterBlocks, hasDescriptorSums } = checked;
  const { blockBitmap, flags, freeBlocks } = checked.descriptors[group]!;
  const first = Math.floor(checked.groupStart(group) / clusterBlocks);
  const count = Math.ceil(checked.groupBlocks(group) / clusterBlocks);
  const isImplied = hasDescriptorSums && (flags & BLOCK_UNINIT) !== 0;
  const bitmap = isImplied ? undefined : await checked.block(blockBitmap);
  let [free, lost, leaked] = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    const isUsed = use.isUsed(first + index);
    if (!isUsed) free++;
    const isMarked = bitmap ? (bitmap[index >>> 3]! & (1 << (index & 7))) !== 0 : isUsed;
    if (isUsed && !isMarked) lost++;
    if (isMarked && !isUsed) leaked++;
  }
  totals.freeBlocks += free;
  const at = blockBitmap * checked.blockSize;
  if (lost > 0)
    checked.structuralFault('block-bitmap', `${lost} blocks of group ${group} are in use and marked as free.`, at);
  else if (leaked > 0)
    checked.structuralFault(
      'block-bitmap',
      `${leaked} blocks of group ${group} are marked as used and belong to nothing.`,
      at,
    );
  else if (free !== freeBlocks)
    checked.structuralFault('free-counts', `Group ${group} counts ${freeBlocks} free blocks, and has ${free}.`);
}

async function checkInodes(checked: CheckedImage, inodes: InodeUse, group: number, totals: Totals): Promise<void> {
  const { inodesPerGroup, firstInode, hasDescriptorSums } = checked;
  const { inodeBitmap, flags, freeInodes, directories } = checked.descriptors[group]!;
  const isImplied = hasDescriptorSums && (flags & INODE_UNINIT) !== 0;
  const bitmap = isImplied ? undefined : await checked.block(inodeBitmap);
  let [free, lost, leaked, found] = [0, 0, 0, 0];
  for (let index = 0; index < inodesPerGroup; index++) {
    const ino = group * inodesPerGroup + index + 1;
    const isUsed = ino < firstInode || inodes.links[ino]! > 0;
    if (!isUsed) free++;
    else if (inodes.kindOf(ino) === 'directory') found++;
    const isMarked = bitmap ? (bitmap[index >>> 3]! & (1 << (index & 7))) !== 0 : isUsed;
    if (isUsed && !isMarked) lost++;
    if (isMarked && !isUsed) leaked++;
  }
  totals.freeInodes += free;
  const at = inodeBitmap * checked.blockSize;
  if (lost > 0)
    checked.structuralFault('inode-bitmap', `${lost} inodes of group ${group} are in use and marked as free.`, at);
  else if (leaked > 0)
    checked.structuralFault('inode-bitmap', `${leaked} inodes of group ${group} are marked as used and are not.`, at);
  else if (free !== freeInodes)
    checked.structuralFault('free-counts', `Group ${group} counts ${freeInodes} free inodes, and has ${free}.`);
  else if (found !== directories)
    checked.structuralFault('free-counts', `Group ${group} counts ${directories} directories, and has ${found}.`);
}
