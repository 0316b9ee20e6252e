// The state of each block group in the finished image: bitmaps, counts, descriptors. In every group what is used comes
// first, so a bitmap is a run of ones and then zeros; only an image that is like an earlier one has gaps in between.

import { alignUp, clearBits, crc32c, setBits, uuidBytes } from '../../bytes/index.js';
import type { Blueprint } from './blueprint.js';
import type { Seed } from './checksum.js';
import { BLOCK_UNINIT, type DescriptorSum, INODE_UNINIT, renderDescriptor, TABLE_ZEROED } from './group-descriptor.js';
import { inodeNumber } from './inventory.js';

const clamp = (value: number, most: number) => Math.max(0, Math.min(value, most));

/** Blocks of the group up to the last one with data. */
export function dataBlocksIn({ geometry, dataEnd }: Blueprint, group: number): number {
  const start = geometry.dataStart(group);
  return clamp(dataEnd - start, geometry.groupEnd(group) - start);
}

/** Blocks of the group after its data. */
export function blocksAfterData(blueprint: Blueprint, group: number): number {
  const { geometry } = blueprint;
  return geometry.groupEnd(group) - geometry.dataStart(group) - dataBlocksIn(blueprint, group);
}

function freeBlocksIn(blueprint: Blueprint, group: number): number {
  const gaps = blueprint.gaps.blocks.get(group) ?? [];
  return gaps.reduce((sum, { length }) => sum + length, blocksAfterData(blueprint, group));
}

/** Inodes of the group up to the last one that is used or reserved. */
export function usedInodesIn({ geometry, lastInode }: Blueprint, group: number): number {
  return clamp(lastInode - group * geometry.inodesPerGroup, geometry.inodesPerGroup);
}

/** Whether descriptors have checksums, without which readers do not trust their flags for unused parts. */
function describesUnused({ features }: Blueprint): boolean {
  return features.includes('metadata_csum') || features.includes('gdt_csum');
}

/** Whether readers can derive the inode bitmap without reading it. */
export function isInodeBitmapImplied(blueprint: Blueprint, group: number): boolean {
  return describesUnused(blueprint) && usedInodesIn(blueprint, group) === 0;
}

/** Whether readers can derive the block bitmap without reading it; never in the last group, whose end is marked. */
export function isBlockBitmapImplied(blueprint: Blueprint, group: number): boolean {
  const { geometry } = blueprint;
  if (!describesUnused(blueprint)) return false;
  if (geometry.isLeader(group) || group === geometry.groups - 1) return false;
  return dataBlocksIn(blueprint, group) === 0;
}

export function renderBlockBitmap(blueprint: Blueprint, group: number): Uint8Array {
  const { geometry } = blueprint;
  const start = geometry.groupStart(group);
  const bitmap = new Uint8Array(geometry.blockSize);
  setBits(bitmap, 0, geometry.dataStart(group) + dataBlocksIn(blueprint, group) - start);
  for (const { block, length } of blueprint.gaps.blocks.get(group) ?? []) clearBits(bitmap, block - start, length);
  const blocks = geometry.groupEnd(group) - start;
  setBits(bitmap, blocks, geometry.blockSize * 8 - blocks);
  return bitmap;
}

export function renderInodeBitmap(blueprint: Blueprint, group: number): Uint8Array {
  const { inodesPerGroup, blockSize } = blueprint.geometry;
  const bitmap = new Uint8Array(blockSize);
  setBits(bitmap, 0, usedInodesIn(blueprint, group));
  for (const index of blueprint.gaps.inodes.get(group) ?? []) clearBits(bitmap, index, 1);
  setBits(bitmap, inodesPerGroup, blockSize * 8 - inodesPerGroup);
  return bitmap;
}

/** The descriptor table, filled with zeros to whole blocks. */
export function renderDescriptors(blueprint: Blueprint): Uint8Array {
  const { geometry, checksumSeed } = blueprint;
  const size = geometry.descriptorSize;
  const table = new Uint8Array(alignUp(geometry.groups * size, geometry.blockSize));
  const sum = descriptorSum(blueprint);
  const zeroed = describesUnused(blueprint) ? TABLE_ZEROED : 0;
  const directories = countDirectories(blueprint);
  for (let group = 0; group < geometry.groups; group++) {
    const used = usedInodesIn(blueprint, group);
    const unused = geometry.inodesPerGroup - used;
    const implied = isBlockBitmapImplied(blueprint, group);
    const unread = isInodeBitmapImplied(blueprint, group);
    const descriptor = {
      blockBitmap: geometry.blockBitmap(group),
      inodeBitmap: geometry.inodeBitmap(group),
      inodeTable: geometry.inodeTable(group),
      freeBlocks: freeBlocksIn(blueprint, group),
      freeInodes: unused + (blueprint.gaps.inodes.get(group)?.length ?? 0),
      directories: directories[group]!,
      unusedInodes: zeroed ? unused : 0,
      flags: zeroed | (unread ? INODE_UNINIT : 0) | (implied ? BLOCK_UNINIT : 0),
      blockBitmapSum: implied
        ? 0
        : bitmapSum(checksumSeed, renderBlockBitmap(blueprint, group), geometry.blocksPerGroup),
      inodeBitmapSum: unread
        ? 0
        : bitmapSum(checksumSeed, renderInodeBitmap(blueprint, group), geometry.inodesPerGroup),
    };
    renderDescriptor(descriptor, group, sum, size, table, group * size);
  }
  return table;
}

/** Checksum over the bits of a bitmap that are in use. */
function bitmapSum(seed: Seed, bitmap: Uint8Array, bits: number): number {
  return seed === undefined ? 0 : crc32c(seed, bitmap, 0, bits / 8);
}

function descriptorSum({ checksumSeed, features, options }: Blueprint): DescriptorSum {
  if (checksumSeed !== undefined) return { seed: checksumSeed };
  return features.includes('gdt_csum') ? { uuid: uuidBytes(options.uuid) } : undefined;
}

function countDirectories({ geometry, inventory }: Blueprint): Uint32Array {
  const counts = new Uint32Array(geometry.groups);
  for (const [slot, node] of inventory.nodes.entries()) {
    if (node?.kind === 'directory') counts[Math.floor((inodeNumber(slot) - 1) / geometry.inodesPerGroup)]!++;
  }
  return counts;
}
