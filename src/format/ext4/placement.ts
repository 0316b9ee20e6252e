// Where every object lies in the data space: directories, xattr blocks, files in tree order, system files, the journal;
// the blocks of an extent tree behind the data they describe.

import { divCeil } from '../../bytes/index.js';
import type { Node } from '../../tree/index.js';
import { MAX_EXTENT, treeBlocks } from './extent.js';
import type { Geometry } from './geometry.js';
import type { Inventory } from './inventory.js';
import { extentsOf, type Segment, segmentsOf } from './segments.js';
import type { SystemFile } from './system-files.js';

/** A system file and its place in the data space. */
export interface PlacedFile {
  readonly file: SystemFile;
  readonly start: number;
  readonly blocks: number;
  /** Blocks of the extent tree, directly behind the content. */
  readonly treeBlocks: number;
}

/** Indexes in the data space; arrays are indexed by inode slot. */
export interface Placement {
  /** First block of content. */
  readonly start: Uint32Array;
  /** Blocks of the extent tree, directly behind the content. */
  readonly treeBlocks: Uint32Array;
  /** The block of block numbers that the resize inode refers to; only if the geometry keeps room to grow. */
  readonly resizeBlock: number;
  /** The first xattr block; the others follow. */
  readonly xattrBlocks: number;
  readonly system: readonly PlacedFile[];
  readonly journal: number;
  readonly journalBlocks: number;
  readonly journalTreeBlocks: number;
  /** Blocks used in all. */
  readonly total: number;
}

/** Slots of inodes with content in the order of their data: directories first, then the rest. */
export function* dataOrder(inventory: Inventory): Generator<number> {
  for (const directories of [true, false]) {
    for (let slot = 0; slot < inventory.nodes.length; slot++) {
      const isDirectory = inventory.nodes[slot]!.kind === 'directory';
      if (isDirectory === directories && inventory.dataBlocks[slot]! > 0) yield slot;
    }
  }
}

/** The stored parts of an inode's content. */
export function contentSegments(node: Node, blocks: number, blockSize: number): Iterable<Segment> {
  return node.kind === 'file' ? segmentsOf(node.content, blockSize) : [{ logical: 0, length: blocks }];
}

/** Lays everything into the data space. It may come out longer than the space's capacity: then it does not fit. */
export function place(
  inventory: Inventory,
  geometry: Geometry,
  files: readonly SystemFile[],
  journalBlocks: number,
): Placement {
  const { space, blockSize } = geometry;
  const start = new Uint32Array(inventory.nodes.length);
  const trees = new Uint32Array(inventory.nodes.length);
  let at = geometry.reservedDescriptorBlocks > 0 ? 1 : 0;
  let xattrBlocks = -1;
  for (const slot of dataOrder(inventory)) {
    const node = inventory.nodes[slot]!;
    if (xattrBlocks < 0 && node.kind !== 'directory') {
      xattrBlocks = at;
      at += inventory.xattrBlocks.length;
    }
    const blocks = inventory.dataBlocks[slot]!;
    start[slot] = at;
    trees[slot] = isOneExtent(node, blocks, geometry, at)
      ? 0
      : treeBlocks(count(extentsOf(contentSegments(node, blocks, blockSize), space, at)), blockSize);
    at += blocks + trees[slot]!;
  }
  if (xattrBlocks < 0) {
    xattrBlocks = at;
    at += inventory.xattrBlocks.length;
  }
  const system = files.map((file): PlacedFile => {
    const blocks = divCeil(file.size, blockSize);
    const own = treeBlocks(count(extentsOf([{ logical: 0, length: blocks }], space, at)), blockSize);
    const placed = { file, start: at, blocks, treeBlocks: own };
    at += blocks + own;
    return placed;
  });
  const journal = at;
  const journalExtents = count(extentsOf([{ logical: 0, length: journalBlocks }], space, at));
  const journalTreeBlocks = treeBlocks(journalExtents, blockSize);
  const total = journal + journalBlocks + journalTreeBlocks;
  return {
    start,
    treeBlocks: trees,
    resizeBlock: 0,
    xattrBlocks,
    system,
    journal,
    journalBlocks,
    journalTreeBlocks,
    total,
  };
}

/** The common case, told without counting: content without holes, `blocks` long, from index `at` of the data space on. */
export function isOneExtent(node: Node, blocks: number, { space }: Geometry, at: number): boolean {
  const dense = node.kind !== 'file' || node.content.holes.length === 0;
  return dense && blocks <= MAX_EXTENT && space.consecutiveFrom(at) >= blocks;
}

function count(items: Iterable<unknown>): number {
  let sum = 0;
  for (const _ of items) sum++;
  return sum;
}
