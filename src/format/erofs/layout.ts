// What a planned image is: the decisions as plain data, and the side tables the emitter works from.

import type { Uuid } from '../../bytes/index.js';
import type { ClusterFacts } from '../../compress/index.js';
import type { Loss } from '../../tree/index.js';
import type { ResolvedOptions } from './options.js';
import type { PlannedInodes } from './plan-inodes.js';
import type { PlannedXattrs } from './plan-xattrs.js';

/**
 * Grows with every change that gives other bytes for the same tree, options and engine.
 * 1: first version.
 */
export const LAYOUT_VERSION = 1;

/** What was decided before the first byte, as plain data. */
export interface ErofsLayout {
  readonly format: 'erofs';
  readonly layoutVersion: number;
  /** Undefined where nothing is compressed. */
  readonly compression: ClusterFacts | undefined;
  readonly blockSize: number;
  /** Most bytes of a compressed cluster. */
  readonly clusterSize: number;
  readonly uuid: Uuid;
  readonly label: string;
  readonly inodes: number;
  readonly directories: number;
  /** Bytes of extended attributes that inodes share. */
  readonly sharedXattrBytes: number;
  /** Bytes of all contents, of those that several files have once. */
  readonly contentSize: number;
  /** Bytes of the image; undefined where compression decides. */
  readonly size: number | undefined;
  /** Most bytes that the image can have. */
  readonly sizeLimit: number;
  readonly losses: readonly Loss[];
}

/** The plan with its side tables, without the size of its head. */
export interface UnplacedImage {
  readonly options: ResolvedOptions;
  readonly inodes: PlannedInodes;
  readonly xattrs: PlannedXattrs;
  readonly contentSize: number;
}

/** The plan with its side tables, for the emitter. */
export interface PlannedImage extends UnplacedImage {
  /** Blocks before the first data: superblock, root inode and shared attributes. */
  readonly headBlocks: number;
}

/** A tree laid out: all that other inodes and the superblock say of it. */
export interface PlacedTree {
  /** Place of each leaf. */
  readonly leafNids: Float64Array;
  /** Place of each directory, in the order of {@link PlannedInodes.directories}. */
  readonly directoryNids: Float64Array;
  /** First block of the root's listing. */
  readonly rootBlock: number;
  /** Blocks of the image. */
  readonly blocks: number;
}
