// Extent trees: which blocks hold which part of a file (kernel documentation, "Extent Tree").

import { crc32c, divCeil } from '../../bytes/index.js';
import { InternalError } from '../../errors.js';
import type { Seed } from './checksum.js';
import { BLOCK_FIELD_SIZE } from './inode.js';

/** Blocks that belong together, in the file and on the disk. */
export interface Extent {
  /** First block of the file. */
  readonly logical: number;
  /** First block of the file system. */
  readonly block: number;
  /** Blocks, at most {@link MAX_EXTENT}. */
  readonly length: number;
}

/** Most blocks of one initialised extent. */
export const MAX_EXTENT = 32_768;

/** `magic` of every node. */
export const EXTENT_MAGIC = 0xf30a;
const HEADER = 12;
const ENTRY = 12;
const TAIL = 4;
const IN_INODE = (BLOCK_FIELD_SIZE - HEADER) / ENTRY;
/** Most levels below the inode that a writer makes: enough for any file. */
export const MAX_DEPTH = 5;

const perBlock = (blockSize: number) => Math.floor((blockSize - HEADER - TAIL) / ENTRY);

/** How many blocks each level below the inode has, leaves first; empty when the inode holds all extents. */
export function treeLevels(extents: number, blockSize: number): number[] {
  const levels: number[] = [];
  for (let count = extents; count > IN_INODE; ) {
    count = divCeil(count, perBlock(blockSize));
    levels.push(count);
  }
  if (levels.length > MAX_DEPTH) {
    throw new InternalError('internal.extent-depth', `${extents} extents need ${levels.length} levels.`);
  }
  return levels;
}

/** How many blocks the tree of `count` extents takes in addition to the inode. */
export function treeBlocks(extents: number, blockSize: number): number {
  if (extents <= IN_INODE) return 0;
  return treeLevels(extents, blockSize).reduce((sum, blocks) => sum + blocks, 0);
}

interface Entry {
  readonly logical: number;
  readonly block: number;
  /** 0 in entries that point to a block of the tree. */
  readonly length: number;
}

/** The root for the inode's block field, and the blocks of the tree: all leaves, then each level above. */
export interface ExtentTree {
  readonly root: Uint8Array;
  readonly blocks: readonly Uint8Array[];
}

/**
 * Renders the tree of a file. `blockOf` gives the place of the tree's n-th block; `seed` is the checksum seed of the inode.
 */
export function renderExtentTree(
  extents: readonly Extent[],
  blockOf: (index: number) => number,
  blockSize: number,
  seed: Seed,
): ExtentTree {
  const levels = treeLevels(extents.length, blockSize);
  const blocks: Uint8Array[] = [];
  let entries: readonly Entry[] = extents;
  for (const [depth, count] of levels.entries()) {
    const above: Entry[] = [];
    for (let index = 0; index < count; index++) {
      const part = entries.slice(index * perBlock(blockSize), (index + 1) * perBlock(blockSize));
      above.push({ logical: part[0]!.logical, block: blockOf(blocks.length), length: 0 });
      blocks.push(renderNode(part, depth, perBlock(blockSize), new Uint8Array(blockSize), seed));
    }
    entries = above;
  }
  const root = new Uint8Array(BLOCK_FIELD_SIZE);
  writeNode(entries, levels.length, IN_INODE, root);
  return { root, blocks };
}

/** The tree of a file that is in one extent. */
export function oneExtent(extent: Extent): ExtentTree {
  const root = new Uint8Array(BLOCK_FIELD_SIZE);
  writeNode([extent], 0, IN_INODE, root);
  return { root, blocks: NO_BLOCKS };
}

const NO_BLOCKS: readonly Uint8Array[] = [];

function renderNode(entries: readonly Entry[], depth: number, capacity: number, block: Uint8Array, seed: Seed) {
  writeNode(entries, depth, capacity, block);
  if (seed === undefined) return block;
  const tail = HEADER + capacity * ENTRY;
  new DataView(block.buffer).setUint32(tail, crc32c(seed, block, 0, tail), true);
  return block;
}

function writeNode(entries: readonly Entry[], depth: number, capacity: number, target: Uint8Array): void {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  view.setUint16(0, EXTENT_MAGIC, true);
  view.setUint16(2, entries.length, true);
  view.setUint16(4, capacity, true);
  view.setUint16(6, depth, true);
  for (const [index, { logical, block, length }] of entries.entries()) {
    const at = HEADER + index * ENTRY;
    const low = block % 0x1_0000_0000;
    const high = Math.floor(block / 0x1_0000_0000);
    view.setUint32(at, logical, true);
    if (depth === 0) {
      view.setUint16(at + 4, length, true);
      view.setUint16(at + 6, high, true);
      view.setUint32(at + 8, low, true);
    } else {
      view.setUint32(at + 4, low, true);
      view.setUint16(at + 8, high, true);
    }
  }
}

/** A node of a tree as it is stored; counted, but not checked against its place. */
export interface StoredNode {
  /** 0 for leaves. */
  readonly level: number;
  /** Entries in use. */
  readonly entries: number;
  readonly capacity: number;
  /** Byte of the checksum, which blocks have and the inode's field has not. */
  readonly tail: number;
  /** First block of the file of an entry. */
  logical(index: number): number;
  /** The block of the tree that an entry of a higher level leads to. */
  child(index: number): number;
  /** The run of blocks of an entry of a leaf. A length over {@link MAX_EXTENT} is that much longer than one that was never written to. */
  run(index: number): { readonly block: number; readonly length: number };
}

/** Reads a node; undefined for bytes that are not one, or that have no room for its entries. */
export function readNode(bytes: Uint8Array): StoredNode | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [magic, entries, capacity, level] = [0, 2, 4, 6].map((at) => view.getUint16(at, true)) as [
    number,
    number,
    number,
    number,
  ];
  const tail = HEADER + capacity * ENTRY;
  if (magic !== EXTENT_MAGIC || entries > capacity || tail > bytes.length) return undefined;
  const wide = (high: number, low: number) => view.getUint16(high, true) * 2 ** 32 + view.getUint32(low, true);
  const at = (index: number) => HEADER + index * ENTRY;
  return {
    level,
    entries,
    capacity,
    tail,
    logical: (index) => view.getUint32(at(index), true),
    child: (index) => wide(at(index) + 8, at(index) + 4),
    run: (index) => ({ block: wide(at(index) + 6, at(index) + 8), length: view.getUint16(at(index) + 4, true) }),
  };
}
