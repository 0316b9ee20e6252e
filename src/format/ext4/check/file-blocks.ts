// The blocks of one inode, as its tree of extents or its block numbers say, with what is wrong about them.

import { crc32c } from '../../../bytes/index.js';
import type { Seed } from '../checksum.js';
import { MAX_DEPTH, MAX_EXTENT, readNode } from '../extent.js';
import { BLOCK_FIELD_SIZE, EXTENTS_FLAG, type Inode } from '../inode.js';
import type { CheckedImage, Ext4Fault } from './image.js';

const DIRECT = 12;

/** A run of blocks of a file. */
export interface FileRun {
  readonly logical: number;
  readonly block: number;
  readonly length: number;
  /** Reads as zeros. */
  readonly isUnwritten: boolean;
}

export interface FileBlocks {
  readonly runs: readonly FileRun[];
  /** Blocks of the tree. */
  readonly tree: readonly number[];
}

/** The inode of the blocks. */
export interface BlockOwner {
  readonly ino: number;
  readonly fields: Inode;
  /** Byte of the image at which the inode is. */
  readonly at: number;
  readonly seed: Seed;
}

/** All blocks of an inode. The work is limited: no tree has more blocks than the file system. */
export async function blocksOfFile(checked: CheckedImage, owner: BlockOwner): Promise<FileBlocks> {
  const finder = new BlockFinder(checked, owner);
  if ((owner.fields.flags & EXTENTS_FLAG) !== 0) await finder.node(owner.fields.block, undefined, undefined);
  else await finder.numbers();
  return finder;
}

class BlockFinder implements FileBlocks {
  readonly runs: FileRun[] = [];
  readonly tree: number[] = [];
  readonly #checked: CheckedImage;
  readonly #owner: BlockOwner;
  readonly #seen = new Set<number>();
  #next = 0;

  constructor(checked: CheckedImage, owner: BlockOwner) {
    this.#checked = checked;
    this.#owner = owner;
  }

  /** One node of a tree: the inode's, or a block; `depth` and `logical` are what its parent says. */
  async node(node: Uint8Array, depth: number | undefined, first: number | undefined): Promise<void> {
    const stored = readNode(node);
    const isPlaced = stored && stored.level <= MAX_DEPTH && stored.level === (depth ?? stored.level);
    if (!isPlaced || stored.capacity === 0 || (stored.entries === 0 && depth !== undefined)) {
      this.#fault('A node of its tree of extents is damaged.');
      return;
    }
    if (depth !== undefined) this.#checkTail(node, stored.tail);
    if (first !== undefined && stored.logical(0) < first)
      this.#fault('A node of its tree of extents begins before its place.');
    for (let index = 0; index < stored.entries; index++) {
      const logical = stored.logical(index);
      if (stored.level > 0) await this.#below(stored.child(index), stored.level - 1, logical);
      else this.#leaf(logical, stored.run(index));
    }
  }

  #checkTail(node: Uint8Array, tail: number): void {
    const { seed } = this.#owner;
    if (seed === undefined || tail + 4 > node.length) return;
    const view = new DataView(node.buffer, node.byteOffset, node.byteLength);
    if (view.getUint32(tail, true) !== crc32c(seed, node, 0, tail))
      this.#fault('The checksum of a node of its tree of extents is wrong.');
  }

  async #below(block: number, level: number, logical: number): Promise<void> {
    const bytes = await this.#metadata(block);
    if (bytes) await this.node(bytes, level, logical);
  }

  #leaf(logical: number, { block, length: stored }: { readonly block: number; readonly length: number }): void {
    const isUnwritten = stored > MAX_EXTENT;
    const length = isUnwritten ? stored - MAX_EXTENT : stored;
    if (length === 0) {
      this.#fault('An extent has no blocks.');
      return;
    }
    if (logical < this.#next) {
      this.#fault('Its extents overlap or are not in their order.');
      return;
    }
    if (!this.#checked.isBlock(block, length)) {
      this.#fault(`It has blocks ${block} to ${block + length - 1}, which are outside.`, 'block-outside');
      return;
    }
    this.#next = logical + length;
    this.runs.push({ logical, block, length, isUnwritten });
  }

  /** Twelve numbers, then blocks of numbers of one, two and three levels. */
  async numbers(): Promise<void> {
    const { block: field } = this.#owner.fields;
    const view = new DataView(field.buffer, field.byteOffset, BLOCK_FIELD_SIZE);
    for (let index = 0; index < DIRECT; index++) this.#one(index, view.getUint32(index * 4, true));
    const perBlock = this.#checked.blockSize / 4;
    let logical = DIRECT;
    for (const level of [1, 2, 3]) {
      await this.#indirect(view.getUint32((DIRECT + level - 1) * 4, true), level, logical);
      logical += perBlock ** level;
    }
  }

  async #indirect(block: number, level: number, logical: number): Promise<void> {
    if (block === 0) return;
    const bytes = await this.#metadata(block);
    if (!bytes) return;
    const view = new DataView(bytes.buffer);
    const span = (this.#checked.blockSize / 4) ** (level - 1);
    for (let index = 0; index < bytes.length / 4; index++) {
      const next = view.getUint32(index * 4, true);
      if (level === 1) this.#one(logical + index, next);
      else await this.#indirect(next, level - 1, logical + index * span);
    }
  }

  #one(logical: number, block: number): void {
    if (block === 0) return;
    if (!this.#checked.isBlock(block)) {
      this.#fault(`It has block ${block}, which is outside.`, 'block-outside');
      return;
    }
    const last = this.runs.at(-1);
    if (last && last.logical + last.length === logical && last.block + last.length === block) {
      this.runs[this.runs.length - 1] = { ...last, length: last.length + 1 };
    } else this.runs.push({ logical, block, length: 1, isUnwritten: false });
  }

  async #metadata(block: number): Promise<Uint8Array | undefined> {
    const bytes = this.#checked.isBlock(block) ? await this.#checked.block(block) : undefined;
    if (!bytes) {
      this.#fault(`It has block ${block}, which is outside.`, 'block-outside');
      return undefined;
    }
    if (this.#seen.has(block)) {
      this.#fault(`It refers to block ${block} of its own tree twice.`);
      return undefined;
    }
    this.#seen.add(block);
    this.tree.push(block);
    return bytes;
  }

  #fault(message: string, fault: Ext4Fault = 'extent-tree'): void {
    this.#checked.structuralFault(fault, `Inode ${this.#owner.ino}: ${message}`, this.#owner.at);
  }
}
