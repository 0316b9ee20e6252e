// Where every object is in the data space: its first block, and the blocks of its extent tree after its own.

import { divCeil } from '../../bytes/index.js';
import type { Node } from '../../tree/index.js';
import { type DataObject, type DataObjectSource, dataObjects } from './data-objects.js';
import { MAX_EXTENT, treeBlocks } from './extent.js';
import type { Geometry } from './geometry.js';
import type { IndexRun } from './index-gaps.js';
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
  /** The objects in the order of their blocks; undefined: the order of {@link dataObjects}. */
  readonly order: readonly DataObject<PlacedFile>[] | undefined;
  /** Unused stretches between objects, ascending. */
  readonly gaps: readonly IndexRun[];
  /** Blocks used in all. */
  readonly used: number;
  /** Index after the last used one. */
  readonly end: number;
}

/** Places everything back to back. The result may exceed the capacity of the space: then it does not fit. */
export function place(source: DataObjectSource<SystemFile>): Placement {
  const places = new Places(source);
  let at = 0;
  for (const object of dataObjects(source)) at += places.put(object, at);
  return places.finish({ order: undefined, gaps: [], used: at, end: at });
}

/** Places of objects, recorded one by one in the order of {@link dataObjects}. */
export class Places {
  readonly #source: DataObjectSource<SystemFile>;
  readonly #start: Uint32Array;
  readonly #trees: Uint32Array;
  readonly #system = new Map<SystemFile, PlacedFile>();
  #journal: PlacedBlocks = { start: 0, blocks: 0, treeBlocks: 0 };
  #resizeBlock = 0;
  #xattrBlocks = 0;

  constructor(source: DataObjectSource<SystemFile>) {
    const { length } = source.inventory.nodes;
    this.#source = source;
    this.#start = new Uint32Array(length);
    this.#trees = new Uint32Array(length);
  }

  /** Blocks of an object, without its extent tree. */
  blocksOf(object: DataObject<SystemFile>): number {
    const { inventory, geometry, journalBlocks } = this.#source;
    switch (object.kind) {
      case 'resize-block':
        return 1;
      case 'xattr-blocks':
        return inventory.xattrs.blocks.length;
      case 'content':
        return inventory.dataBlocks[object.slot]!;
      case 'system-file':
        return divCeil(object.file.size, geometry.blockSize);
      case 'journal':
        return journalBlocks;
    }
  }

  /** Blocks of an object's extent tree, if the object is at this index. */
  treeBlocksOf(object: DataObject<SystemFile>, at: number): number {
    const { inventory, geometry } = this.#source;
    switch (object.kind) {
      case 'resize-block':
      case 'xattr-blocks':
        return 0;
      case 'content':
        return contentTreeBlocks(inventory, geometry, object.slot, at);
      case 'system-file':
      case 'journal':
        return extentTreeBlocks([{ logical: 0, length: this.blocksOf(object) }], geometry, at);
    }
  }

  /** Records that an object is at this index, and returns how many blocks it takes there. */
  put(object: DataObject<SystemFile>, at: number): number {
    const blocks = this.blocksOf(object);
    const trees = this.treeBlocksOf(object, at);
    switch (object.kind) {
      case 'resize-block':
        this.#resizeBlock = at;
        break;
      case 'xattr-blocks':
        this.#xattrBlocks = at;
        break;
      case 'content':
        this.#start[object.slot] = at;
        this.#trees[object.slot] = trees;
        break;
      case 'system-file':
        this.#system.set(object.file, { file: object.file, start: at, blocks, treeBlocks: trees });
        break;
      case 'journal':
        this.#journal = { start: at, blocks, treeBlocks: trees };
        break;
    }
    return blocks + trees;
  }

  /** All places, when every object has one. `order`: the objects in the order of their blocks, if it is not the usual one. */
  finish({
    order,
    ...rest
  }: Pick<Placement, 'gaps' | 'used' | 'end'> & {
    readonly order: readonly DataObject<SystemFile>[] | undefined;
  }): Placement {
    const placed = (file: SystemFile) => this.#system.get(file)!;
    return {
      ...rest,
      start: this.#start,
      treeBlocks: this.#trees,
      resizeBlock: this.#resizeBlock,
      xattrBlocks: this.#xattrBlocks,
      system: this.#source.files.map(placed),
      journal: this.#journal,
      order: order?.map((object) =>
        object.kind === 'system-file' ? { kind: 'system-file', file: placed(object.file) } : object,
      ),
    };
  }
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

function extentTreeBlocks(segments: Iterable<Segment>, { space, blockSize }: Geometry, at: number): number {
  let extents = 0;
  for (const _ of extentsOf(segments, space, at)) extents++;
  return treeBlocks(extents, blockSize);
}
