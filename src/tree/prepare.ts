// Prepares a tree for an image, in the same order for every writer.

import { type ByteString, type Timestamp, timestamp } from '../bytes/index.js';
import { exclude } from './exclude.js';
import type { FileTree } from './file-tree.js';
import { fingerprint } from './fingerprint.js';
import { applyManifest, type ManifestEntry, type ManifestSetting } from './manifest/index.js';
import { type OwnerRules, restoreOwners } from './owners/index.js';
import { clampTimes, mapOwners, type Ownership, withoutXattrs } from './rewrite.js';
import { newestSecond } from './walk.js';

export interface Preparation {
  /** Patterns of entries to leave out. */
  readonly exclude?: readonly ByteString[];
  /** How owners of a tree that was made without privileges are restored; before `ownership`. */
  readonly owners?: OwnerRules;
  /** Default `keep`. */
  readonly ownership?: Ownership;
  /** Whether extended attributes are kept. Default true. */
  readonly xattrs?: boolean;
  /** Changes that the options of one format request. */
  readonly change?: (tree: FileTree) => FileTree;
  /** Entries laid over the tree, and what opens the files of this machine that they name. */
  readonly manifest?: { readonly entries: readonly ManifestEntry[]; readonly open: ManifestSetting['open'] };
  /** Seconds since 1970 for everything that needs a time. Default: the newest time in the tree, at least 0. */
  readonly epoch?: number;
  /** Lower later times to the epoch. Default false. */
  readonly clamp?: boolean;
  /** Source of derived identities. Default: a digest of the tree without its contents. */
  readonly seed?: string;
}

/** A tree as it goes into an image, and what plans derive from it. */
export interface PreparedTree {
  readonly tree: FileTree;
  readonly epoch: Timestamp;
  readonly seed: string;
}

/**
 * Prepares a tree: leaves out what is excluded, then restores and replaces owners, drops extended attributes, applies the format's own
 * changes, lays the manifest over the result, and lowers times to the epoch. So a manifest brings back what is excluded,
 * and states owners and attributes that stay. Entries of a manifest without a time get the given epoch, otherwise the newest
 * time before the manifest.
 */
export function prepareTree(given: FileTree, preparation: Preparation): PreparedTree {
  const { ownership = 'keep', xattrs = true, change, manifest, epoch: asked } = preparation;
  const found = restoreOwners(exclude(given, preparation.exclude ?? []), preparation.owners ?? {});
  let tree = mapOwners(found, ownership);
  if (!xattrs) tree = withoutXattrs(tree);
  if (change) tree = change(tree);
  if (manifest && manifest.entries.length > 0) {
    const mtime = timestamp(asked ?? newestSecond(tree));
    tree = applyManifest(tree, manifest.entries, { mtime, open: manifest.open });
  }
  const epoch = timestamp(asked ?? Math.max(0, newestSecond(tree)));
  if (preparation.clamp) tree = clampTimes(tree, epoch);
  return new Prepared(tree, epoch, preparation.seed);
}

class Prepared implements PreparedTree {
  #seed: string | undefined;

  constructor(
    readonly tree: FileTree,
    readonly epoch: Timestamp,
    seed: string | undefined,
  ) {
    this.#seed = seed;
  }

  /** Derived when it is asked for: a walk through the whole tree, which not every format needs. */
  get seed(): string {
    this.#seed ??= fingerprint(this.tree);
    return this.#seed;
  }
}
