// The state of each block group in the finished image: bitmaps, counts, descriptors. In every group what is used comes
// first, so a bitmap is a run of ones and then zeros.

import { alignUp, crc32c, setBits } from '../../bytes/index.js';
import type { Blueprint } from './blueprint.js';
import { BLOCK_UNINIT, DESCRIPTOR_SIZE, INODE_UNINIT, renderDescriptor, TABLE_ZEROED } from './group-descriptor.js';
import { inodeNumber, lastInode } from './inventory.js';

const clamp = (value: number, most: number) => Math.max(0, Math.min(value, most));

/** Blocks of the group that hold data. */
export function dataBlocksIn({ geometry, dataEnd }: Blueprint, group: number): number {
  const start = geometry.dataStart(group);
  return clamp(dataEnd - start, geometry.groupEnd(group) - start);
}

export function freeBlocksIn(blueprint: Blueprint, group: number): number {
  const { geometry } = blueprint;
  return geometry.groupEnd(group) - geometry.dataStart(group) - dataBlocksIn(blueprint, group);
}

/** Inodes of the group that are used or reserved. */
export function usedInodesIn({ geometry, inventory }: Blueprint, group: number): number {
  return clamp(lastInode(inventory) - group * geometry.inodesPerGroup, geometry.inodesPerGroup);
}

/** Whether readers know the block bitmap without reading it; never that of the last group, which has an end to mark. */
export function isBlockBitmapImplied(blueprint: Blueprint, group: number): boolean {
  const { geometry } = blueprint;
  if (geometry.isLeader(group) || group === geometry.groups - 1) return false;
  return dataBlocksIn(blueprint, group) === 0;
}

export function renderBlockBitmap(blueprint: Blueprint, group: number): Uint8Array {
  const { geometry } = blueprint;
  const start = geometry.groupStart(group);
  const bitmap = new Uint8Array(geometry.blockSize);
  setBits(bitmap, 0, geometry.dataStart(group) + dataBlocksIn(blueprint, group) - start);
  const blocks = geometry.groupEnd(group) - start;
  setBits(bitmap, blocks, geometry.blocksPerGroup - blocks);
  return bitmap;
}

export function renderInodeBitmap(blueprint: Blueprint, group: number): Uint8Array {
  const { inodesPerGroup, blockSize } = blueprint.geometry;
  const bitmap = new Uint8Array(blockSize);
  setBits(bitmap, 0, usedInodesIn(blueprint, group));
  setBits(bitmap, inodesPerGroup, blockSize * 8 - inodesPerGroup);
  return bitmap;
}

/** The descriptor table, filled with zeros to whole blocks. */
export function renderDescriptors(blueprint: Blueprint): Uint8Array {
  const { geometry, checksumSeed } = blueprint;
  const table = new Uint8Array(alignUp(geometry.groups * DESCRIPTOR_SIZE, geometry.blockSize));
  const directories = countDirectories(blueprint);
  for (let group = 0; group < geometry.groups; group++) {
    const used = usedInodesIn(blueprint, group);
    const unused = geometry.inodesPerGroup - used;
    const implied = isBlockBitmapImplied(blueprint, group);
    const descriptor = {
      blockBitmap: geometry.blockBitmap(group),
      inodeBitmap: geometry.inodeBitmap(group),
      inodeTable: geometry.inodeTable(group),
      freeBlocks: freeBlocksIn(blueprint, group),
      freeInodes: unused,
      directories: directories[group]!,
      unusedInodes: unused,
      flags: TABLE_ZEROED | (used === 0 ? INODE_UNINIT : 0) | (implied ? BLOCK_UNINIT : 0),
      blockBitmapSum: implied ? 0 : crc32c(checksumSeed, renderBlockBitmap(blueprint, group)),
      inodeBitmapSum:
        used === 0 ? 0 : crc32c(checksumSeed, renderInodeBitmap(blueprint, group), 0, geometry.inodesPerGroup / 8),
    };
    renderDescriptor(descriptor, group, checksumSeed, table, group * DESCRIPTOR_SIZE);
  }
  return table;
}

function countDirectories({ geometry, inventory }: Blueprint): Uint32Array {
  const counts = new Uint32Array(geometry.groups);
  for (const [slot, node] of inventory.nodes.entries()) {
    if (node.kind === 'directory') counts[Math.floor((inodeNumber(slot) - 1) / geometry.inodesPerGroup)]!++;
  }
  return counts;
}
