// Which clusters are in use, and by whom first; what two owners claim is a fault.

import { superblockBlock } from '../superblock.js';
import type { CheckedImage } from './image.js';

/** Bits for all clusters: a cluster is a block, but for bigalloc. */
export class BlockUse {
  readonly #bits: Uint8Array;
  readonly #checked: CheckedImage;

  constructor(checked: CheckedImage) {
    this.#checked = checked;
    this.#bits = new Uint8Array(Math.ceil(checked.blocks / checked.clusterBlocks / 8) + 1);
  }

  isUsed(cluster: number): boolean {
    return (this.#bits[cluster >>> 3]! & (1 << (cluster & 7))) !== 0;
  }

  /** Takes blocks; the first of them that were taken before, undefined if none was. Blocks outside are not taken. */
  claim(block: number, length = 1): number | undefined {
    const { clusterBlocks, blocks } = this.#checked;
    let shared: number | undefined;
    const end = Math.min(block + length, blocks);
    for (let at = block; at < end; at = (Math.floor(at / clusterBlocks) + 1) * clusterBlocks) {
      const cluster = Math.floor(at / clusterBlocks);
      if (this.isUsed(cluster)) shared ??= at;
      this.#bits[cluster >>> 3]! |= 1 << (cluster & 7);
    }
    // The owners of a cluster may be several blocks of one file, and those of groups' metadata.
    return clusterBlocks > 1 || this.#checked.features.has('shared_blocks') ? undefined : shared;
  }
}

/** Takes what groups have for themselves: superblocks, descriptors, bitmaps and tables of inodes. */
export function claimMetadata(checked: CheckedImage, use: BlockUse): void {
  const { features, superblock, blockSize } = checked;
  const isMeta = features.has('meta_bg');
  const first = superblockBlock(blockSize);
  const tail = isMeta
    ? Math.min(superblock.firstMetaGroup, checked.descriptorBlocks)
    : checked.descriptorBlocks + superblock.reservedDescriptorBlocks;
  for (const group of [0, ...checked.backups()]) {
    const start = group === 0 ? first : checked.groupStart(group);
    use.claim(start, 1 + tail);
  }
  if (checked.firstBlock === 0) use.claim(0, 1);
  if (isMeta) claimMetaGroups(checked, use);
  if (features.has('mmp')) use.claim(superblock.mmpBlock);
  const tableBlocks = Math.ceil((checked.inodesPerGroup * checked.inodeSize) / blockSize);
  for (const [group, { blockBitmap, inodeBitmap, inodeTable }] of checked.descriptors.entries()) {
    claimPart(checked, use, group, 'block bitmap', blockBitmap, 1);
    claimPart(checked, use, group, 'inode bitmap', inodeBitmap, 1);
    claimPart(checked, use, group, 'inode table', inodeTable, tableBlocks);
  }
}

/** With meta_bg a block of descriptors is in the first, the second and the last of the groups that it describes. */
function claimMetaGroups(checked: CheckedImage, use: BlockUse): void {
  const perBlock = checked.blockSize / checked.descriptorSize;
  const backups = new Set([0, ...checked.backups()]);
  for (let index = checked.superblock.firstMetaGroup; index < checked.descriptorBlocks; index++) {
    for (const group of [index * perBlock, index * perBlock + 1, (index + 1) * perBlock - 1]) {
      if (group >= checked.groups) continue;
      const start = group === 0 ? superblockBlock(checked.blockSize) : checked.groupStart(group);
      use.claim(start + (backups.has(group) ? 1 : 0));
    }
  }
}

function claimPart(
  checked: CheckedImage,
  use: BlockUse,
  group: number,
  what: string,
  block: number,
  length: number,
): void {
  const at =
    checked.descriptorBlock(Math.floor((group * checked.descriptorSize) / checked.blockSize)) * checked.blockSize;
  if (!checked.isBlock(block, length)) {
    checked.structuralFault('group-descriptor', `The ${what} of group ${group} is at block ${block}, outside.`, at);
    return;
  }
  const end = block + length;
  const start = checked.groupStart(group);
  const isOwn = block >= start && end <= start + checked.groupBlocks(group);
  if (!isOwn && !checked.features.has('flex_bg')) {
    checked.structuralFault('group-descriptor', `The ${what} of group ${group} is in another group.`, at);
  } else if (use.claim(block, length) !== undefined) {
    checked.structuralFault('blocks-shared', `The ${what} of group ${group} shares blocks with other metadata.`, at);
  }
}
