// An image while it is checked: what its superblock and its group descriptors say, taken as they are. The reader refuses a
// damaged image; a check goes on and lists what it finds.

import { divCeil } from '../../../bytes/index.js';
import type { Source } from '../../../io/index.js';
import { filesystemSeed, type Seed } from '../checksum.js';
import { type FeatureName, featureNames } from '../features.js';
import { backupGroups } from '../geometry.js';
import {
  type DescriptorSum,
  type FoundDescriptor,
  NARROW_DESCRIPTOR,
  readDescriptor,
  WIDE_DESCRIPTOR,
} from '../group-descriptor.js';
import { SMALL_INODE } from '../inode.js';
import { blockCount, type Superblock, superblockBlock } from '../superblock.js';

/** Faults of an ext file system, by the last part of their codes. */
export type Ext4Fault =
  | 'superblock'
  | 'truncated'
  | 'group-descriptor'
  | 'block-bitmap'
  | 'inode-bitmap'
  | 'bitmap-checksum'
  | 'free-counts'
  | 'inode'
  | 'inode-checksum'
  | 'inode-blocks'
  | 'block-outside'
  | 'blocks-shared'
  | 'extent-tree'
  | 'xattr'
  | 'directory'
  | 'directory-index'
  | 'directory-checksum'
  | 'link-count'
  | 'unconnected'
  | 'backup-superblock'
  | 'journal'
  | 'not-clean';

/** Takes a fault; `at` is a byte of the image. */
export type ReportExt4Fault = (fault: Ext4Fault, message: string, at?: number) => void;

/** More blocks than this, or inodes, are not counted one by one. */
const MOST_BLOCKS = 2 ** 30;
const MOST_INODES = 2 ** 26;
/** Bytes read at a time for small structures, and how many of these are kept. */
const WINDOW = 64 * 1024;
const MOST_WINDOWS = 64;

export class CheckedImage {
  readonly features: ReadonlySet<string>;
  readonly blockSize: number;
  readonly blocks: number;
  readonly firstBlock: number;
  readonly groups: number;
  readonly inodeSize: number;
  readonly inodesPerGroup: number;
  /** First inode that is free for use. */
  readonly firstInode: number;
  readonly clusterBlocks: number;
  readonly descriptorSize: number;
  readonly seed: Seed;
  readonly descriptors: FoundDescriptor[] = [];
  readonly #windows = new Map<number, Uint8Array>();
  /** Faults other than of counts so far: they make everything that is counted afterwards wrong. */
  structural = 0;

  constructor(
    readonly image: Source,
    readonly superblock: Superblock,
    readonly report: ReportExt4Fault,
  ) {
    const { logBlockSize, blocksPerGroup, logClusterSize } = superblock;
    this.features = new Set(featureNames(superblock));
    this.blockSize = 1024 << logBlockSize;
    this.blocks = blockCount(superblock);
    this.firstBlock = superblock.firstDataBlock;
    this.groups = divCeil(this.blocks - this.firstBlock, Math.max(1, blocksPerGroup));
    this.inodeSize = superblock.revision === 0 ? SMALL_INODE : superblock.inodeSize;
    this.inodesPerGroup = superblock.inodesPerGroup;
    this.firstInode = superblock.revision === 0 ? 11 : superblock.firstInode;
    this.clusterBlocks = this.features.has('bigalloc')
      ? 2 ** Math.min(20, Math.max(0, logClusterSize - logBlockSize))
      : 1;
    this.descriptorSize = this.features.has('64bit') ? superblock.descriptorSize : NARROW_DESCRIPTOR;
    this.seed = seedOf(superblock, this.features);
  }

  /** Why nothing else can be checked; undefined if it can. */
  get fault(): string | undefined {
    const { blocks, inodes } = this;
    const { inodesPerGroup, blocksPerGroup, clustersPerGroup } = this.superblock;
    const bits = this.blockSize * 8;
    const isSize = Number.isInteger(Math.log2(this.descriptorSize)) && this.descriptorSize <= this.blockSize;
    if (!isSize || this.descriptorSize < NARROW_DESCRIPTOR)
      return `Group descriptors have ${this.descriptorSize} bytes.`;
    if (this.features.has('64bit') && this.descriptorSize < WIDE_DESCRIPTOR) return 'Group descriptors are too short.';
    const isInode = Number.isInteger(Math.log2(this.inodeSize)) && this.inodeSize >= SMALL_INODE;
    if (!isInode || this.inodeSize > this.blockSize) return `Inodes have ${this.inodeSize} bytes.`;
    const units = this.clusterBlocks > 1 ? clustersPerGroup : blocksPerGroup;
    const isGroup = inodesPerGroup > 0 && inodesPerGroup <= bits && units > 0 && units <= bits;
    if (!isGroup || this.firstBlock >= blocks) return 'The sizes of block groups are not possible.';
    if (this.firstBlock > 1 || (this.firstBlock === 0 && this.blockSize === 1024 && this.clusterBlocks === 1))
      return `The first data block is ${this.firstBlock}.`;
    if (inodes !== this.groups * inodesPerGroup)
      return `There are ${inodes} inodes, and room for ${this.groups * inodesPerGroup}.`;
    return undefined;
  }

  /** Whether its blocks and inodes are too many to count. */
  get isHuge(): boolean {
    return this.blocks > MOST_BLOCKS || this.inodes > MOST_INODES;
  }

  get inodes(): number {
    return this.superblock.inodes;
  }

  /** Reports a fault after which counts and links are not compared: they would only repeat it. */
  structuralFault(fault: Ext4Fault, message: string, at?: number): void {
    this.structural++;
    this.report(fault, message, at);
  }

  isBlock(block: number, length = 1): boolean {
    return block > this.firstBlock - (this.clusterBlocks > 1 ? 1 : 0) && block > 0 && block + length <= this.blocks;
  }

  /** A block; undefined outside the image. */
  async block(number: number): Promise<Uint8Array | undefined> {
    return this.bytes(number * this.blockSize, this.blockSize);
  }

  async bytes(at: number, length: number): Promise<Uint8Array | undefined> {
    if (!(at >= 0 && at + length <= this.image.size)) return undefined;
    const first = at - (at % WINDOW);
    if (at + length > first + WINDOW) {
      const bytes = new Uint8Array(length);
      await this.image.read(at, bytes);
      return bytes;
    }
    const window = this.#windows.get(first) ?? (await this.#window(first));
    return window.slice(at - first, at - first + length);
  }

  /** Small structures are close to each other: a file system may have many thousand directories of one block. */
  async #window(first: number): Promise<Uint8Array> {
    const window = new Uint8Array(Math.min(WINDOW, this.image.size - first));
    await this.image.read(first, window);
    if (this.#windows.size >= MOST_WINDOWS) this.#windows.delete(this.#windows.keys().next().value!);
    this.#windows.set(first, window);
    return window;
  }

  groupStart(group: number): number {
    return this.firstBlock + group * this.superblock.blocksPerGroup;
  }

  /** Blocks of a group; the last one may be shorter. */
  groupBlocks(group: number): number {
    return Math.min(this.superblock.blocksPerGroup, this.blocks - this.groupStart(group));
  }

  /** Groups that begin with a copy of the superblock. */
  backups(): readonly number[] {
    if (!this.features.has('sparse_super2')) {
      return backupGroups(this.groups, this.features as ReadonlySet<FeatureName>);
    }
    const copies = new DataView(Uint8Array.from(this.superblock.backupGroups).buffer);
    return [copies.getUint32(0, true), copies.getUint32(4, true)].filter((group) => group > 0 && group < this.groups);
  }

  /** Blocks of the table of descriptors, those with meta_bg included. */
  get descriptorBlocks(): number {
    return divCeil(this.groups * this.descriptorSize, this.blockSize);
  }

  /** Where the n-th block of descriptors is. */
  descriptorBlock(index: number): number {
    const first = superblockBlock(this.blockSize) + 1;
    if (!this.features.has('meta_bg') || index < this.superblock.firstMetaGroup) return first + index;
    const group = index * (this.blockSize / this.descriptorSize);
    if (group === 0) return first;
    return this.groupStart(group) + (this.backups().includes(group) ? 1 : 0);
  }

  /** The descriptors of an image from their blocks. */
  async readDescriptors(): Promise<void> {
    const perBlock = this.blockSize / this.descriptorSize;
    const sum = this.#descriptorSum();
    for (let index = 0; index < this.descriptorBlocks; index++) {
      const at = this.descriptorBlock(index) * this.blockSize;
      const bytes = await this.bytes(at, this.blockSize);
      for (let place = 0; place < perBlock && this.descriptors.length < this.groups; place++) {
        const group = this.descriptors.length;
        const offset = place * this.descriptorSize;
        const found = readDescriptor(bytes ?? new Uint8Array(this.blockSize), offset, this.descriptorSize, group, sum);
        this.descriptors.push(found);
        if (!bytes || !found.isSealed) {
          const what = bytes
            ? `The checksum of group descriptor ${group} is wrong.`
            : 'Descriptors are outside the image.';
          this.structuralFault('group-descriptor', what, at + offset);
        }
      }
    }
  }

  /** Whether descriptors have checksums; without them their flags for unused parts do not count. */
  get hasDescriptorSums(): boolean {
    return this.#descriptorSum() !== undefined;
  }

  #descriptorSum(): DescriptorSum {
    if (this.seed !== undefined) return { seed: this.seed };
    return this.features.has('gdt_csum') ? { uuid: this.superblock.uuid } : undefined;
  }
}

function seedOf(found: Superblock, features: ReadonlySet<string>): Seed {
  if (!features.has('metadata_csum')) return undefined;
  return features.has('metadata_csum_seed') ? found.checksumSeed : filesystemSeed(found.uuid);
}
