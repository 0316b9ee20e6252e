// A planned image: the decisions as plain data, and the side tables of the emitter.

import type { Uuid } from '../../bytes/index.js';
import type { ClusterFacts } from '../../compress/index.js';
import type { Loss } from '../../tree/index.js';
import type { ChunkPlaces } from './chunk-places.js';
import type { Fragments, ResolvedOptions } from './options.js';
import type { PlannedInodes } from './plan-inodes.js';
import type { PlannedXattrs } from './plan-xattrs.js';

/**
 * Incremented by every change that gives different bytes for the same tree, options and engine.
 * 1: first version.
 * 2: ends of contents that several files have follow every inode where that takes less than a block; segments of 2 MiB.
 * 3: the last segment of a file has up to 4 MiB; deflate and zstd fill clusters better.
 */
export const LAYOUT_VERSION = 4;

/** The decisions before the first byte, as plain data. */
export interface ErofsLayout {
  readonly format: 'erofs';
  readonly layoutVersion: number;
  /** Undefined if nothing is compressed. */
  readonly compression: ClusterFacts | undefined;
  readonly blockSize: number;
  /** Largest size of a compressed cluster, in bytes. */
  readonly clusterSize: number;
  /** Whether the compressed ends of files may follow their inodes. */
  readonly tailPacking: boolean;
  /** Whose data is gathered in one hidden file; undefined for none. */
  readonly fragments: Fragments | undefined;
  /** Whether equal compressed data is stored once. */
  readonly dedupe: boolean;
  /** Bytes of a chunk; undefined where only files with holes have chunks, each of the size that suits it. */
  readonly chunkSize: number | undefined;
  readonly uuid: Uuid;
  readonly label: string;
  readonly inodes: number;
  readonly directories: number;
  /** Size of shared extended attributes. */
  readonly sharedXattrBytes: number;
  /** Size of all contents; shared ones count once. */
  readonly contentSize: number;
  /** Size of the image; undefined if it depends on compression. */
  readonly size: number | undefined;
  /** Upper bound of the image's size. */
  readonly sizeLimit: number;
  readonly losses: readonly Loss[];
}

/** The plan with its side tables, without the size of its head. */
export interface UnplacedImage {
  readonly options: ResolvedOptions;
  readonly inodes: PlannedInodes;
  readonly xattrs: PlannedXattrs;
  readonly contentSize: number;
  /** The owners of contents whose ends follow each inode that has them. */
  readonly sharedTails: ReadonlySet<number>;
  /** Where chunks lie that equal others, if those are known. */
  readonly chunkPlaces: ChunkPlaces | undefined;
}

/** The plan with its side tables, for the emitter. */
export interface PlannedImage extends UnplacedImage {
  /** Blocks before the first data: superblock, root inode and shared attributes. */
  readonly headBlocks: number;
}

/** The places in a laid out tree, for other inodes and the superblock. */
export interface PlacedTree {
  /** Place of each leaf. */
  readonly leafNids: Float64Array;
  /** Place of each directory, in the order of {@link PlannedInodes.directories}. */
  readonly directoryNids: Float64Array;
  /** Place of the hidden file of fragments, if there is one. */
  readonly packedNid?: number;
  /** First block of the root's listing. */
  readonly rootBlock: number;
  /** Blocks of the image. */
  readonly blocks: number;
}
