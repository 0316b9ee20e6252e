// The decisions of the planner of a FAT volume, which the emitter follows, as plain data.

import type { ByteString, DosTime } from '../../bytes/index.js';
import type { ExactContent } from '../../io/index.js';
import type { Loss } from '../../tree/index.js';
import type { Chain } from './allocation-table.js';
import type { Geometry } from './geometry.js';
import type { FatName } from './names.js';

/** All decisions about a FAT image. */
export interface FatLayout extends Geometry {
  readonly label: string;
  readonly serial: number;
  readonly hiddenSectors: number;
  /** Copies of the allocation table. */
  readonly tables: 1 | 2;
  readonly media: number;
  readonly drive: number;
  /** Undefined: by the size. */
  readonly heads: number | undefined;
  readonly sectorsPerTrack: number | undefined;
  /** Time of the label entry. */
  readonly labelTime: DosTime;
  readonly usedClusters: number;
  /** The root first. */
  readonly directories: readonly PlacedDirectory[];
  /** In the order of their clusters, empty ones included. */
  readonly files: readonly PlacedFile[];
  readonly losses: readonly Loss[];
}

/** Directories, then files, in the order of their clusters. All are contiguous. */
export function* chainsOf<D, F>({
  directories,
  files,
}: {
  directories: Iterable<D>;
  files: Iterable<F>;
}): Generator<D | F> {
  yield* directories;
  yield* files;
}

/** A directory with its clusters. */
export interface PlacedDirectory extends Chain {
  readonly path: ByteString;
  /** Entries of 32 bytes, those of long names, the label, `.` and `..` included. */
  readonly slots: number;
  /** First cluster of the directory that holds it; 0 when that is the root, as `..` is stored. */
  readonly parentCluster: number;
  readonly time: DosTime;
  readonly entries: readonly PlacedEntry[];
}

/** An entry of a directory, with its stored name and times. */
export interface PlacedEntry {
  readonly name: FatName;
  readonly directory: boolean;
  readonly time: DosTime;
  /** First cluster, 0 for an empty file. */
  readonly cluster: number;
  /** Bytes; 0 for directories. */
  readonly size: number;
}

/** A file with its clusters. */
export interface PlacedFile extends Chain {
  readonly path: ByteString;
  readonly content: ExactContent;
}
