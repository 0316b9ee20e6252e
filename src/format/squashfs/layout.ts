// A planned image: the decisions as plain data, and the side tables for the emitter.

import type { CompressionFacts } from '../../compress/index.js';
import type { KeptPlaces, Loss } from '../../tree/index.js';
import type { ResolvedOptions } from './options.js';
import type { PlannedData } from './plan-data.js';
import type { PlannedInodes } from './plan-inodes.js';
import type { PlannedXattrs } from './plan-xattrs.js';

/**
 * Increases with every change that gives other bytes for the same tree, options and engine.
 * 1: first version.
 * 2: a fragment table without entries has a place, which GRUB reads.
 * 3: the record of zstd names no level below 1, which squashfs-tools reject as damage.
 */
export const LAYOUT_VERSION = 3;

/** The decisions before the first byte, as plain data. */
export interface SquashfsLayout {
  readonly format: 'squashfs';
  readonly layoutVersion: number;
  readonly compression: CompressionFacts;
  readonly blockSize: number;
  /** Seconds since 1970. */
  readonly modificationTime: number;
  readonly inodes: number;
  readonly directories: number;
  /** Contents stored; files that share one count once. */
  readonly contents: number;
  readonly blocks: number;
  readonly fragments: number;
  /** User and group ids, in the order of the id table. */
  readonly ids: readonly number[];
  readonly xattrSets: number;
  readonly exportable: boolean;
  /** Bytes of all contents, of equal tails once. */
  readonly contentSize: number;
  /** Most bytes the image can have, padding included. */
  readonly sizeLimit: number;
  /** How many files have the places of the earlier image that was given; undefined without one. */
  readonly like: KeptPlaces | undefined;
  readonly losses: readonly Loss[];
}

/** The plan with its side tables, for the emitter. */
export interface PlannedImage {
  readonly options: ResolvedOptions;
  readonly layout: SquashfsLayout;
  readonly inodes: PlannedInodes;
  readonly data: PlannedData;
  readonly xattrs: PlannedXattrs;
  /** Place of each id in the id table. */
  readonly idIndexes: ReadonlyMap<number, number>;
  /** Of an image that is written again: its options record as it is, which may be absent. */
  readonly record?: OldRecord | undefined;
}

/** The options record of an old image, a metadata block. */
export interface OldRecord {
  readonly bytes: Uint8Array | undefined;
}
