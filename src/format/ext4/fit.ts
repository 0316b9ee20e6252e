// From a size to a geometry that holds the tree, and from a tree to the smallest such size.

import { divCeil } from '../../bytes/index.js';
import { InvalidInputError, UnsupportedError } from '../../errors.js';
import { Geometry } from './geometry.js';
import type { Inventory } from './inventory.js';
import { defaultJournalBlocks, MAX_JOURNAL_BLOCKS, MIN_JOURNAL_BLOCKS } from './journal.js';
import { placeLike } from './keep-places.js';
import type { ResolvedOptions } from './options.js';
import { type Placement, place } from './placement.js';
import type { Ext4Places } from './read-places.js';
import { mostInodes, systemFiles } from './system-files.js';

export interface Fit {
  readonly geometry: Geometry;
  readonly placement: Placement;
}

/** The minimum number of blocks of a file system. */
const MIN_BLOCKS = 16;

/** Block numbers beyond 32 bits would need wider side tables. */
const MAX_BLOCKS = 2 ** 32 - 1;

/** A geometry that holds everything; throws {@link InvalidInputError} with the size needed if there is none. */
export function fitTree(inventory: Inventory, options: ResolvedOptions): Fit {
  if (options.size === 'auto') {
    const from = Math.max(leastBlocks(inventory), keptBlocks(options));
    return smallestFit(inventory, options, from, autoInodes(inventory, options), options.slack);
  }
  const needed = Math.max(mostInodes(inventory, options), options.inodes);
  for (const inodes of inodesBySize(options.size, needed, options)) {
    const found = tryFit(inventory, options, usableBlocks(options.size, inodes, options), inodes, 0);
    if (typeof found !== 'number') return found;
  }
  const from = Math.max(usableBlocks(options.size, needed, options), leastBlocks(inventory));
  const least = smallestFit(inventory, options, from, needed, 0).geometry.blocks * options.blockSize;
  throw new InvalidInputError(
    'ext4.too-small',
    `The tree needs ${least} bytes; the requested size of the ext4 image is ${options.size}.`,
    {
      hint: `Give a size of at least ${divCeil(least, 2 ** 20)} MiB, or "auto".`,
    },
  );
}

/**
 * Numbers of inodes to try. First one for every `inodeRatio` bytes, as mke2fs gives them, then those that whole groups can
 * hold, then the needed ones. A number that was asked for takes precedence.
 */
function inodesBySize(size: number, needed: number, { inodes, inodeRatio, ...options }: ResolvedOptions): number[] {
  if (inodes > 0) return [needed];
  const groups = size / options.blockSize / options.blocksPerGroup;
  // No more than a quarter of each group for its inode table.
  const most = Math.min(options.blockSize * 8, (options.blocksPerGroup * options.blockSize) / options.inodeSize / 4);
  const least = (held: number) => Math.max(needed, Math.min(divCeil(size, inodeRatio), Math.max(1, held) * most));
  return [...new Set([least(Math.ceil(groups)), least(Math.floor(groups)), needed])];
}

/** Minimum number of blocks of any geometry. */
function leastBlocks(inventory: Inventory): number {
  return Math.max(
    MIN_BLOCKS,
    inventory.dataBlocks.reduce((sum, blocks) => sum + blocks, 0),
  );
}

function autoInodes(inventory: Inventory, options: ResolvedOptions): number {
  return Math.max(options.inodes, mostInodes(inventory, options) + divCeil(options.slack, options.inodeRatio));
}

/** Blocks of an image of given size, without a last group too short for its own metadata. */
function usableBlocks(size: number, inodes: number, options: ResolvedOptions): number {
  const blocks = Math.floor(size / options.blockSize);
  checkBlocks(blocks);
  const geometry = geometryOf(Math.max(blocks, MIN_BLOCKS), inodes, options);
  return geometry.lastGroupShortfall > 0 && geometry.groups > 1 ? geometry.groupStart(geometry.groups - 1) : blocks;
}

/** Grows from a size that is too small or exact; every step adds the minimum that is missing, so none overshoots. */
function smallestFit(inventory: Inventory, options: ResolvedOptions, from: number, inodes: number, slack: number): Fit {
  for (let blocks = from; ; ) {
    checkBlocks(blocks);
    const found = tryFit(inventory, options, blocks, inodes, divCeil(slack, options.blockSize));
    if (typeof found !== 'number') return found;
    blocks += found;
  }
}

/** The fit in exactly `blocks` blocks, or the minimum of additional blocks needed. */
function tryFit(
  inventory: Inventory,
  options: ResolvedOptions,
  blocks: number,
  inodes: number,
  slackBlocks: number,
): Fit | number {
  if (blocks < MIN_BLOCKS) return MIN_BLOCKS - blocks;
  const geometry = geometryOf(blocks, inodes, options);
  const most = mostInodesPerGroup(options);
  if (geometry.inodesPerGroup > most) return geometry.groupStart(divCeil(inodes, most) - 1) + 1 - blocks;
  // More groups leave each with a shorter inode table.
  if (geometry.groups > 1 && geometry.dataStart(0) > geometry.groupEnd(0)) {
    return geometry.groupStart(geometry.groups) + 1 - blocks;
  }
  if (geometry.lastGroupShortfall > 0) return geometry.lastGroupShortfall;
  const journalBlocks = options.journal === true ? usualJournal(blocks, options) : options.journal || 0;
  const files = systemFiles(inventory, options, blocks, journalBlocks > 0);
  const source = { inventory, geometry, files, journalBlocks };
  const placement = options.like ? placeLike(source, options.like) : place(source);
  const { capacity } = geometry.space;
  const missing = Math.max(placement.end - capacity, placement.used + slackBlocks - capacity);
  return missing > 0 ? missing : { geometry, placement };
}

/** The length of the earlier journal, or mke2fs's for this size. */
function usualJournal(blocks: number, { like }: ResolvedOptions): number {
  const earlier = like?.system.get('journal')?.reduce((sum, { length }) => sum + length, 0) ?? 0;
  const usual = defaultJournalBlocks(blocks);
  return earlier >= MIN_JOURNAL_BLOCKS && earlier <= MAX_JOURNAL_BLOCKS && usual > 0 ? earlier : usual;
}

/** As many as a bitmap has bits; 16 bits count the free ones, so with large blocks it is one block of inodes less. */
function mostInodesPerGroup({ blockSize, inodeSize }: ResolvedOptions): number {
  return Math.min(blockSize * 8, 65_536 - blockSize / inodeSize);
}

/** The geometry of this size; groups have as many inodes, and as much room for descriptors, as those of an earlier image. */
function geometryOf(blocks: number, inodes: number, options: ResolvedOptions): Geometry {
  if (!isSameShape(options)) return new Geometry({ ...options, blocks, inodes });
  const { inodesPerGroup, reservedDescriptorBlocks } = options.like.shape;
  const groups = divCeil(blocks, options.blocksPerGroup);
  const kept = Math.min(inodesPerGroup, mostInodesPerGroup(options)) * groups;
  return new Geometry({ ...options, blocks, inodes: Math.max(inodes, kept), reservedDescriptorBlocks });
}

/** Whether block and inode numbers mean the same places as in the earlier image. */
function isSameShape(options: ResolvedOptions): options is ResolvedOptions & { readonly like: Ext4Places } {
  const { like, blockSize, inodeSize, blocksPerGroup } = options;
  if (!like) return false;
  const { shape } = like;
  const isRoomy = shape.reservedDescriptorBlocks <= blockSize / 4;
  const isSame = blockSize === shape.blockSize && inodeSize === shape.inodeSize;
  return isSame && isRoomy && blocksPerGroup === shape.blocksPerGroup;
}

/** Blocks of the earlier image: an automatic size keeps them. */
function keptBlocks(options: ResolvedOptions): number {
  return isSameShape(options) ? options.like.shape.blocks : 0;
}

function checkBlocks(blocks: number): void {
  if (blocks <= MAX_BLOCKS) return;
  throw new UnsupportedError('ext4.too-large', `An ext4 image of ${blocks} blocks is larger than this program writes.`);
}
