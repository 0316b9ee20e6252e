// Where every object is in the data space: its first block, and the blocks of its extent tree after its own.

import { divCeil } from '../../bytes/index.js';
import type { Node } from '../../tree/index.js';
import { dataObjects } from './data-objects.js';
import { MAX_EXTENT, treeBlocks } from './extent.js';
import type { Geometry } from './geometry.js';
import type { Inventory } from './inventory.js';
import { extentsOf, type Segment, segmentsOf } from './segments.js';
import type { SystemFile } from './system-files.js';

/** Blocks of an object; `start` is an index in the data space. */
export interface PlacedBlocks {
  readonly start: number;
  readonly blocks: number;
  /** Blocks of the extent tree, directly after the content. */
  readonly treeBlocks: number;
}

/** A system file with its blocks. */
export interface PlacedFile extends PlacedBlocks {
  readonly file: SystemFile;
}

/** Indexes in the data space; arrays are indexed by inode slot. */
export interface Placement {
  /** First block of content. */
  readonly start: Uint32Array;
  /** Blocks of the extent tree, directly after the content. */
  readonly treeBlocks: Uint32Array;
  /** The block of block numbers that the resize inode refers to; only if the geometry keeps room to grow. */
  readonly resizeBlock: number;
  /** The first xattr block; the others follow. */
  readonly xattrBlocks: number;
  readonly system: readonly PlacedFile[];
  readonly journal: PlacedBlocks;
  /** Blocks used in all. */
  readonly total: number;
}

/** Places everything. The result may exceed the capacity of the space: then it does not fit. */
export function place(
  inventory: Inventory,
  geometry: Geometry,
  files: readonly SystemFile[],
  journalBlocks: number,
): Placement {
  const start = new Uint32Array(inventory.nodes.length);
  const trees = new Uint32Array(inventory.nodes.length);
  const system: PlacedFile[] = [];
  let journal: PlacedBlocks = { start: 0, blocks: 0, treeBlocks: 0 };
  let [resizeBlock, xattrBlocks, at] = [0, 0, 0];
  for (const object of dataObjects({ inventory, geometry, files, journalBlocks })) {
    switch (object.kind) {
      case 'resize-block':
        resizeBlock = at++;
        break;
      case 'xattr-blocks':
        xattrBlocks = at;
        at += inventory.xattrs.blocks.length;
        break;
      case 'content':
        start[object.slot] = at;
        trees[object.slot] = contentTreeBlocks(inventory, geometry, object.slot, at);
        at += inventory.dataBlocks[object.slot]! + trees[object.slot]!;
        break;
      case 'system-file':
        system.push({ file: object.file, ...dense(divCeil(object.file.size, geometry.blockSize), geometry, at) });
        at = endOf(system.at(-1)!);
        break;
      case 'journal':
        journal = dense(journalBlocks, geometry, at);
        at = endOf(journal);
        break;
    }
  }
  return { start, treeBlocks: trees, resizeBlock, xattrBlocks, system, journal, total: at };
}

/** The stored parts of an inode's content. */
export function contentSegments(node: Node, blocks: number, blockSize: number): Iterable<Segment> {
  return node.kind === 'file' ? segmentsOf(node.content, blockSize) : [{ logical: 0, length: blocks }];
}

/** The common case, without counting: content without holes, `blocks` long, from index `at` of the data space on. */
export function isOneExtent(node: Node, blocks: number, { space }: Geometry, at: number): boolean {
  const isDense = node.kind !== 'file' || node.content.holes.length === 0;
  return isDense && blocks <= MAX_EXTENT && space.consecutiveFrom(at) >= blocks;
}

function contentTreeBlocks({ nodes, dataBlocks }: Inventory, geometry: Geometry, slot: number, at: number): number {
  const node = nodes[slot]!;
  const blocks = dataBlocks[slot]!;
  if (isOneExtent(node, blocks, geometry, at)) return 0;
  return extentTreeBlocks(contentSegments(node, blocks, geometry.blockSize), geometry, at);
}

/** Blocks without holes from index `start` on, with those of their extent tree. */
function dense(blocks: number, geometry: Geometry, start: number): PlacedBlocks {
  return { start, blocks, treeBlocks: extentTreeBlocks([{ logical: 0, length: blocks }], geometry, start) };
}

function endOf({ start, blocks, treeBlocks: trees }: PlacedBlocks): number {
  return start + blocks + trees;
}

function extentTreeBlocks(segments: Iterable<Segment>, { space, blockSize }: Geometry, at: number): number {
  let extents = 0;
  for (const _ of extentsOf(segments, space, at)) extents++;
  return treeBlocks(extents, blockSize);
}
