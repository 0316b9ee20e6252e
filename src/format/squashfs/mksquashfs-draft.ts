// The options of mksquashfs as values: those of the image, of the tree, and of the run.

import type { CompressionRequest } from '../../compress/index.js';
import type { ReadWords } from '../../options/index.js';
import type { SquashfsOptions } from './options.js';

/** Options of the writer that mksquashfs has as well. */
export type MksquashfsImage = Pick<
  SquashfsOptions,
  'blockSize' | 'fragments' | 'tailPacking' | 'exportTable' | 'sparse' | 'stored' | 'padTo' | 'offset'
>;

/** Attributes for the root directory. */
export interface RootAttributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Seconds since 1970. */
  readonly time?: number;
}

/** Changes and selections of the tree. Times are seconds since 1970. */
export interface MksquashfsTree {
  /** Store equal files once. Undefined: the default, which is to do so. */
  readonly duplicates?: boolean;
  readonly xattrs?: boolean;
  /** Read an archive on after its end mark. */
  readonly ignoreZeros?: boolean;
  /** Regular expressions that names of attributes match. */
  readonly xattrsInclude?: string;
  readonly xattrsExclude?: string;
  /** Owner of every entry. */
  readonly uid?: number;
  readonly gid?: number;
  /** Time of every entry. */
  readonly allTime?: number;
  readonly root: RootAttributes;
  /** The image's own time. */
  readonly epoch?: number;
  /** Paths or, with `wildcards`, patterns, as they were given. */
  readonly exclude: readonly string[];
  readonly wildcards: boolean;
  /** Files with lists of them. */
  readonly excludeFiles: readonly string[];
  readonly sortFiles: readonly string[];
  /** Definitions of entries. */
  readonly pseudo: readonly string[];
  readonly pseudoFiles: readonly string[];
  /** The names of all options of this group that were given. */
  readonly given: readonly string[];
}

/** How the program runs; nothing of it changes a byte. */
export interface MksquashfsRun {
  readonly jobs?: number;
  readonly quiet?: boolean;
  readonly progress?: 'none' | 'plain';
  readonly asks?: 'help' | 'version';
}

/** All that the words ask for. Nothing is set that they do not name. */
export interface MksquashfsOptions extends Pick<ReadWords, 'refused' | 'rest'> {
  readonly image: MksquashfsImage;
  readonly compression: Partial<CompressionRequest>;
  /** xz: the dictionary as a share of the block in percent, in place of `compression.dictionarySize`. */
  readonly dictionaryPercent?: number;
  readonly tree: MksquashfsTree;
  readonly run: MksquashfsRun;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The options of mksquashfs while they are read. */
export class Draft {
  readonly image: Writable<MksquashfsImage> = {};
  readonly compression: Writable<Partial<CompressionRequest>> = {};
  readonly tree: Writable<Omit<MksquashfsTree, 'root' | 'given'>> = {
    exclude: [],
    wildcards: false,
    excludeFiles: [],
    sortFiles: [],
    pseudo: [],
    pseudoFiles: [],
  };
  readonly root: Writable<RootAttributes> = {};
  readonly run: Writable<MksquashfsRun> = {};
  dictionaryPercent?: number;
}
