// An image opened for reading: its superblock, where its inodes are, its blocks. Everything is checked before it is used,
// and blocks of metadata are counted: in a valid image nothing is reached twice, so the work is limited by the size of the image.

import { divCeil } from '../../bytes/index.js';
import { ExhaustedError, type Range, type Source, Work } from '../../io/index.js';
import { Remarks } from '../../tree/index.js';
import { filesystemSeed, inodeSeed, type Seed } from './checksum.js';
import { type FeatureName, featureNames } from './features.js';
import { backupGroups } from './geometry.js';
import { type DescriptorSum, NARROW_DESCRIPTOR, readInodeTable, WIDE_DESCRIPTOR } from './group-descriptor.js';
import { decodeInode, type Inode, isInodeSealed, SMALL_INODE } from './inode.js';
import { checkFeatures, damaged, readSuperblock } from './read-superblock.js';
import { ADDRESSABLE_BLOCKS, blockCount, STATE_CLEAN, type Superblock, superblockBlock } from './superblock.js';

/** Inodes read at a time. */
const CHUNK = 16 * 1024;
const CHUNKS_KEPT = 256;
const LARGEST_BLOCK = 64 * 1024;

/** An inode as it is in the table. */
export interface FoundInode {
  readonly ino: number;
  readonly fields: Inode;
  /** All its bytes. */
  readonly bytes: Uint8Array;
  /** Bytes of the fixed fields that it uses beyond the first 128. */
  readonly extraSize: number;
  /** Seed of the checksums of what belongs to it. */
  readonly seed: Seed;
}

/** Bytes of an inode's content. */
export function sizeOf({ fields, ino }: FoundInode): number {
  const size = fields.sizeLow + fields.sizeHigh * 2 ** 32;
  if (!Number.isSafeInteger(size)) damaged('size', `Inode ${ino} claims ${size} bytes.`);
  return size;
}

export class Volume {
  readonly superblock: Superblock;
  readonly features: ReadonlySet<string>;
  readonly blockSize: number;
  readonly blocks: number;
  readonly inodeSize: number;
  readonly inodes: number;
  /** Seed of checksums, undefined if there are none. */
  readonly seed: Seed;
  readonly #image: Source;
  readonly #groups: number;
  /** First block of each group's inode table. */
  readonly #tables: number[] = [];
  readonly #chunks = new Map<number, Uint8Array>();
  #budget: number;
  /** Defects of the image, as far as its tree has been read. */
  readonly remarks = new Remarks();
  /** The work done so far for reading the tree. */
  readonly work: Work;

  private constructor(image: Source, found: Superblock) {
    this.#image = image;
    this.work = new Work(image.size, 'ext4.work');
    this.superblock = found;
    this.features = new Set(featureNames(found));
    const { logBlockSize, inodes, inodesPerGroup, blocksPerGroup, firstDataBlock } = found;
    if (logBlockSize > Math.log2(LARGEST_BLOCK / 1024)) damaged('superblock', 'Its blocks are larger than 64 KiB.');
    this.blockSize = 1024 << logBlockSize;
    this.blocks = blockCount(found);
    if (this.blocks > ADDRESSABLE_BLOCKS)
      damaged('superblock', `Its superblock counts ${this.blocks} blocks; 2^48 are the most.`);
    this.inodes = inodes;
    this.inodeSize = found.revision === 0 ? SMALL_INODE : found.inodeSize;
    const { inodeSize, blockSize } = this;
    const isPower = Number.isInteger(Math.log2(inodeSize));
    if (!isPower || inodeSize < SMALL_INODE || inodeSize > blockSize)
      damaged('superblock', `Inodes of ${inodeSize} bytes.`);
    if (this.blocks * blockSize > image.size) {
      damaged('truncated', `The file system has ${this.blocks * blockSize} bytes, the image only ${image.size}.`);
    }
    const inRange = blocksPerGroup > 0 && inodesPerGroup > 0 && inodesPerGroup <= blockSize * 8;
    if (!inRange || firstDataBlock >= this.blocks) damaged('superblock', 'Its block groups are invalid.');
    this.#groups = divCeil(this.blocks - firstDataBlock, blocksPerGroup);
    if (inodes !== this.#groups * inodesPerGroup) damaged('superblock', 'Its inodes do not fill its block groups.');
    this.seed = this.#checksumSeed();
    this.#budget = this.blocks;
  }

  /** Opens an image. Throws {@link InvalidImageError} for a damaged one, {@link UnsupportedError} for features that are not read. */
  static async open(image: Source): Promise<Volume> {
    const found = await readSuperblock(image);
    // First: with features that are not known, other fields may mean something else.
    checkFeatures(featureNames(found));
    const volume = new Volume(image, found);
    await volume.#readDescriptors();
    return volume;
  }

  /** Whether the file system was unmounted cleanly. */
  get isClean(): boolean {
    return (this.superblock.state & STATE_CLEAN) !== 0 && !this.features.has('needs_recovery');
  }

  /** Resets the count of blocks, to read everything again. */
  recount(): void {
    this.#budget = this.blocks;
    this.work.restart();
  }

  /** Reads a block of metadata. Its memory is the caller's. */
  async block(number: number): Promise<Uint8Array> {
    this.checkBlocks(number, 1);
    if (--this.#budget < 0) {
      throw new ExhaustedError('ext4.blocks-twice', 'Its structures refer to more blocks than it has.');
    }
    this.work.spend(this.blockSize);
    const bytes = new Uint8Array(this.blockSize);
    await this.#image.read(number * this.blockSize, bytes);
    return bytes;
  }

  /** Bytes of data as a source. */
  data(range: Range): Source {
    const first = Math.floor(range.at / this.blockSize);
    this.checkBlocks(first, divCeil(range.at + range.length, this.blockSize) - first);
    return this.#image.slice(range);
  }

  /** Throws {@link InvalidImageError} unless the blocks are inside the file system. */
  checkBlocks(block: number, length: number): void {
    if (block > this.superblock.firstDataBlock && block + length <= this.blocks) return;
    damaged(
      'out-of-range',
      `Blocks ${block}…${block + length} are outside the ${this.blocks} blocks of the file system.`,
    );
  }

  async inode(ino: number): Promise<FoundInode> {
    if (ino < 1 || ino > this.inodes) damaged('inode-number', `There is no inode ${ino}.`);
    const { inodesPerGroup } = this.superblock;
    const { inodeSize } = this;
    const group = Math.floor((ino - 1) / inodesPerGroup);
    const table = this.#tables[group]! * this.blockSize;
    const offset = ((ino - 1) % inodesPerGroup) * inodeSize;
    const from = offset - (offset % CHUNK);
    const chunk = await this.#chunk(table + from, Math.min(CHUNK, inodesPerGroup * inodeSize - from));
    const bytes = chunk.subarray(offset - from, offset - from + inodeSize);
    const fields = decodeInode(bytes);
    const extraSize = inodeSize > SMALL_INODE ? fields.extraSize : 0;
    if (SMALL_INODE + extraSize > inodeSize || extraSize % 4 !== 0) damaged('inode', `Inode ${ino} is damaged.`);
    if (this.seed !== undefined && !isInodeSealed(bytes, fields, inodeSeed(this.seed, ino, fields.generation)!)) {
      damaged('inode', `The checksum of inode ${ino} is wrong.`);
    }
    return { ino, fields, bytes, extraSize, seed: inodeSeed(this.seed, ino, fields.generation) };
  }

  #checksumSeed(): Seed {
    if (!this.features.has('metadata_csum')) return undefined;
    if (this.features.has('metadata_csum_seed')) return this.superblock.checksumSeed;
    return filesystemSeed(this.superblock.uuid);
  }

  async #readDescriptors(): Promise<void> {
    const { blockSize } = this;
    const { descriptorSize: wide, inodesPerGroup } = this.superblock;
    const size = this.features.has('64bit') ? wide : NARROW_DESCRIPTOR;
    const isSize = size === NARROW_DESCRIPTOR || (size >= WIDE_DESCRIPTOR && Number.isInteger(Math.log2(size)));
    if (!isSize || size > blockSize) damaged('superblock', `Group descriptors of ${size} bytes.`);
    const sum = this.#descriptorSum();
    const perBlock = blockSize / size;
    for (let index = 0; index * perBlock < this.#groups; index++) {
      const bytes = await this.block(this.#descriptorBlock(index, perBlock));
      for (let place = 0; place < perBlock && index * perBlock + place < this.#groups; place++) {
        const group = index * perBlock + place;
        const table = readInodeTable(bytes, place * size, size, group, sum);
        if (table === undefined) damaged('descriptor', `The checksum of group descriptor ${group} is wrong.`);
        this.checkBlocks(table, divCeil(inodesPerGroup * this.inodeSize, blockSize));
        this.#tables.push(table);
      }
    }
  }

  #descriptorSum(): DescriptorSum {
    if (this.seed !== undefined) return { seed: this.seed };
    return this.features.has('gdt_csum') ? { uuid: this.superblock.uuid } : undefined;
  }

  /** The n-th block of descriptors: after the superblock, or with meta_bg in the groups it describes. */
  #descriptorBlock(index: number, perBlock: number): number {
    const { firstDataBlock, firstMetaGroup, blocksPerGroup } = this.superblock;
    if (!this.features.has('meta_bg') || index < firstMetaGroup) return superblockBlock(this.blockSize) + 1 + index;
    const group = index * perBlock;
    if (group === 0) return superblockBlock(this.blockSize) + 1;
    return firstDataBlock + group * blocksPerGroup + (this.#hasSuperblock(group) ? 1 : 0);
  }

  #hasSuperblock(group: number): boolean {
    if (group === 0) return true;
    if (!this.features.has('sparse_super2')) {
      return backupGroups(this.#groups, this.features as ReadonlySet<FeatureName>).includes(group);
    }
    const copies = new DataView(Uint8Array.from(this.superblock.backupGroups).buffer);
    return copies.getUint32(0, true) === group || copies.getUint32(4, true) === group;
  }

  async #chunk(at: number, length: number): Promise<Uint8Array> {
    const known = this.#chunks.get(at);
    if (known) return known;
    this.work.spend(length);
    const bytes = new Uint8Array(length);
    await this.#image.read(at, bytes);
    if (this.#chunks.size >= CHUNKS_KEPT) this.#chunks.delete(this.#chunks.keys().next().value!);
    this.#chunks.set(at, bytes);
    return bytes;
  }
}
