// The options of mkfs.erofs in terms of ours: as they are read, and the result.

import type { ClusterRequest } from '../../compress/index.js';
import type { ErofsOptions } from './options.js';

/** Changes to the source tree. */
export interface MkfsErofsTree {
  readonly uid?: number;
  readonly gid?: number;
  readonly uidOffset?: number;
  readonly gidOffset?: number;
  /** Seconds since 1970 for every entry. */
  readonly allTime?: number;
  /** Every entry has the time of the image. */
  readonly imageTime?: boolean;
  /** Paths from the root of the source, unchanged. */
  readonly exclude: readonly string[];
  readonly xattrs?: boolean;
}

/** The parsed options. */
export interface MkfsErofsOptions {
  /** Without `compression`, which takes an engine. */
  readonly image: Partial<Omit<ErofsOptions, 'compression'>>;
  readonly compression: ClusterRequest | undefined;
  readonly tree: MkfsErofsTree;
  /** Seconds since 1970. */
  readonly epoch: number | undefined;
  readonly jobs: number | undefined;
  readonly quiet: boolean;
  /** Names of the options that change the tree. */
  readonly ofTree: readonly string[];
  /** By which option of mkfs.erofs an option of the image was set: `clusterSize` by `-C`. */
  readonly spelled: ReadonlyMap<string, string>;
  /** Operands, and options that mkfs.erofs does not have. */
  readonly rest: readonly string[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The state of the parser. */
export interface Draft {
  readonly image: Writable<MkfsErofsOptions['image']>;
  readonly tree: Writable<Omit<MkfsErofsTree, 'exclude'>>;
  readonly exclude: string[];
  compression?: ClusterRequest;
  epoch?: number;
  forAll: boolean;
  jobs?: number;
  quiet: boolean;
}
