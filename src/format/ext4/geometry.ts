// Block groups and where their metadata is (kernel documentation, "Layout", "Flexible Block Groups", "Meta Block
// Groups"). Metadata of a flex group is packed after the head of its first group; in every group all used blocks come
// before all free ones.

import { divCeil } from '../../bytes/index.js';
import { DataSpace } from './data-space.js';
import type { FeatureName } from './features.js';
import { NARROW_DESCRIPTOR, WIDE_DESCRIPTOR } from './group-descriptor.js';

/** The inputs of the geometry. */
export interface GeometryRequest {
  readonly blocks: number;
  readonly blockSize: number;
  readonly blocksPerGroup: number;
  /** Groups of a flex group, a power of two. */
  readonly groupsPerFlex: number;
  /** Minimum number. */
  readonly inodes: number;
  readonly inodeSize: number;
  /** Of these count 64bit, meta_bg, resize_inode, sparse_super and sparse_super2. */
  readonly features: ReadonlySet<FeatureName>;
  /** Blocks reserved for more descriptors, if the features ask for any. Default: enough to grow as mke2fs allows. */
  readonly reservedDescriptorBlocks?: number | undefined;
}

/** How many times its original size a file system may grow to. */
const GROWTH = 1024;
const MAX_GROWABLE_BLOCKS = 2 ** 32 - 1;
/** A last group with fewer free blocks than this is not worth its metadata; mke2fs leaves it out too. */
const MIN_LAST_GROUP = 50;

export class Geometry {
  readonly blocks: number;
  readonly blockSize: number;
  readonly inodeSize: number;
  /** 1 with blocks of 1 KiB, where block 0 belongs to boot loaders, else 0. */
  readonly firstBlock: number;
  readonly blocksPerGroup: number;
  readonly groups: number;
  readonly inodesPerGroup: number;
  readonly inodeTableBlocks: number;
  /** Bytes of a group descriptor. */
  readonly descriptorSize: number;
  /** Blocks of the whole descriptor table. */
  readonly descriptorBlocks: number;
  readonly reservedDescriptorBlocks: number;
  readonly logGroupsPerFlex: number;
  /** Whether descriptors are block by block in the groups they describe (meta_bg), not in one table. */
  readonly hasMetaGroups: boolean;
  /** Groups other than the first that hold a superblock, ascending. */
  readonly backupGroups: readonly number[];
  readonly space = new DataSpace();
  readonly #superblocks: ReadonlySet<number>;

  constructor(request: GeometryRequest) {
    const { blocks, blockSize, inodeSize, features } = request;
    this.blocks = blocks;
    this.blockSize = blockSize;
    this.inodeSize = inodeSize;
    this.firstBlock = blockSize === 1024 ? 1 : 0;
    this.blocksPerGroup = request.blocksPerGroup;
    this.groups = divCeil(blocks - this.firstBlock, this.blocksPerGroup);
    const perBlock = blockSize / inodeSize;
    // A bitmap is made of whole bytes, a table of whole blocks.
    const unit = Math.max(8, perBlock);
    this.inodesPerGroup = divCeil(divCeil(request.inodes, this.groups), unit) * unit;
    this.inodeTableBlocks = this.inodesPerGroup / perBlock;
    this.descriptorSize = features.has('64bit') ? WIDE_DESCRIPTOR : NARROW_DESCRIPTOR;
    this.descriptorBlocks = divCeil(this.groups * this.descriptorSize, blockSize);
    const usual = () => request.reservedDescriptorBlocks ?? this.#reservedDescriptors();
    const reserved = features.has('resize_inode') ? usual() : 0;
    // As mke2fs decides: a table that takes three quarters of a group leaves no room for copies.
    const tooLong = this.descriptorBlocks + reserved > (this.blocksPerGroup / 4) * 3;
    this.hasMetaGroups = features.has('meta_bg') || tooLong;
    this.reservedDescriptorBlocks = this.hasMetaGroups ? 0 : reserved;
    this.backupGroups = backupGroups(this.groups, features);
    this.#superblocks = new Set([0, ...this.backupGroups]);
    this.logGroupsPerFlex = this.#flexSize(Math.log2(request.groupsPerFlex));
    for (let group = 0; group < this.groups; group++) {
      this.space.add(this.dataStart(group), this.groupEnd(group) - this.dataStart(group));
    }
  }

  /** Blocks missing in the last group to hold its own metadata and be worth it; 0 when all is well. */
  get lastGroupShortfall(): number {
    const last = this.groups - 1;
    const spare = last === 0 ? 0 : MIN_LAST_GROUP;
    return Math.max(0, this.dataStart(last) + spare - this.groupEnd(last));
  }

  get inodes(): number {
    return this.groups * this.inodesPerGroup;
  }

  groupStart(group: number): number {
    return this.firstBlock + group * this.blocksPerGroup;
  }

  groupEnd(group: number): number {
    return Math.min(this.groupStart(group + 1), this.blocks);
  }

  hasSuperblock(group: number): boolean {
    return this.#superblocks.has(group);
  }

  /** The blocks of the descriptor table in a group: the first, and their number. */
  descriptorsIn(group: number): { readonly first: number; readonly count: number } {
    if (!this.hasMetaGroups) return { first: 0, count: this.hasSuperblock(group) ? this.descriptorBlocks : 0 };
    // A block's worth of groups keeps its descriptors in its first, second and last group.
    const perBlock = this.blockSize / this.descriptorSize;
    const place = group % perBlock;
    const holds = place === 0 || place === 1 || place === perBlock - 1;
    return { first: Math.floor(group / perBlock), count: holds ? 1 : 0 };
  }

  /** Blocks of superblock and descriptors at the start of a group. */
  headBlocks(group: number): number {
    const superblocks = this.hasSuperblock(group) ? 1 + this.reservedDescriptorBlocks : 0;
    return superblocks + this.descriptorsIn(group).count;
  }

  /** The group that holds the metadata of `group`. */
  leaderOf(group: number): number {
    return group - (group % 2 ** this.logGroupsPerFlex);
  }

  isLeader(group: number): boolean {
    return this.leaderOf(group) === group;
  }

  /** Groups whose metadata `leader` holds. */
  members(leader: number): number {
    return Math.min(2 ** this.logGroupsPerFlex, this.groups - leader);
  }

  blockBitmap(group: number): number {
    const leader = this.leaderOf(group);
    return this.groupStart(leader) + this.headBlocks(leader) + group - leader;
  }

  inodeBitmap(group: number): number {
    return this.blockBitmap(group) + this.members(this.leaderOf(group));
  }

  inodeTable(group: number): number {
    const leader = this.leaderOf(group);
    return this.blockBitmap(leader) + 2 * this.members(leader) + (group - leader) * this.inodeTableBlocks;
  }

  /** First block of a group that is free for data. */
  dataStart(group: number): number {
    const head = this.groupStart(group) + this.headBlocks(group);
    return this.isLeader(group) ? head + this.members(group) * (2 + this.inodeTableBlocks) : head;
  }

  #reservedDescriptors(): number {
    const most = Math.min(this.blocks * GROWTH, MAX_GROWABLE_BLOCKS);
    if (most <= this.blocks) return 0;
    const groups = divCeil(most - this.firstBlock, this.blocksPerGroup);
    const wanted = divCeil(groups * this.descriptorSize, this.blockSize) - this.descriptorBlocks;
    // One block of block numbers refers to all of them.
    return Math.max(0, Math.min(wanted, this.blockSize / 4));
  }

  /** As many groups to a flex group as wished, or fewer so that their metadata fits one group. */
  #flexSize(wanted: number): number {
    const head = this.headBlocks(0);
    let log = wanted;
    while (log > 0 && head + (2 + this.inodeTableBlocks) * 2 ** log > this.blocksPerGroup) log--;
    return log;
  }
}

/** sparse_super: group 1 and the powers of 3, 5 and 7; sparse_super2: the second group and the last; else all. */
export function backupGroups(groups: number, features: ReadonlySet<FeatureName>): number[] {
  if (groups === 1) return [];
  if (features.has('sparse_super2')) return groups === 2 ? [1] : [1, groups - 1];
  if (!features.has('sparse_super')) return Array.from({ length: groups - 1 }, (_, index) => index + 1);
  const result = new Set([1]);
  for (const base of [3, 5, 7]) for (let group = base; group < groups; group *= base) result.add(group);
  return [...result].sort((a, b) => a - b);
}
