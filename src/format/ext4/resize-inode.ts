// The resize inode: it owns the blocks kept after each descriptor table, so that the table can grow. One block of
// block numbers points to the reserved blocks of group 0, and each of those to its copies in the backup groups.

import type { Geometry } from './geometry.js';

/** Its nominal size in bytes: all that twelve direct, one indirect and one double indirect block can refer to. */
export function resizeInodeSize(blockSize: number): number {
  const perBlock = blockSize / 4;
  return (perBlock * perBlock + perBlock + 12) * blockSize;
}

/** Blocks it owns: its own, the reserved ones and their copies. */
export function resizeInodeBlocks(geometry: Geometry): number {
  return 1 + geometry.reservedDescriptorBlocks * (1 + geometry.backupGroups.length);
}

const firstReserved = (geometry: Geometry) => geometry.groupStart(0) + 1 + geometry.descriptorBlocks;

/** The block that lists the reserved blocks of group 0, each in the place of the descriptor block it may become. */
export function renderResizeBlock(geometry: Geometry): Uint8Array {
  const block = new Uint8Array(geometry.blockSize);
  const view = new DataView(block.buffer);
  for (let index = 0; index < geometry.reservedDescriptorBlocks; index++) {
    const place = (geometry.descriptorBlocks + index) % (geometry.blockSize / 4);
    view.setUint32(place * 4, firstReserved(geometry) + index, true);
  }
  return block;
}

/** The reserved blocks of group 0: each lists its copies. */
export function renderReservedDescriptors(geometry: Geometry): Uint8Array {
  const bytes = new Uint8Array(geometry.reservedDescriptorBlocks * geometry.blockSize);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < geometry.reservedDescriptorBlocks; index++) {
    for (const [place, group] of geometry.backupGroups.entries()) {
      const copy = firstReserved(geometry) + index + group * geometry.blocksPerGroup;
      view.setUint32(index * geometry.blockSize + place * 4, copy, true);
    }
  }
  return bytes;
}
