// The root tree of a build, as it is found and as it goes into the root image.

import { resolve } from 'node:path';
import { type ByteString, fromText } from '../../bytes/index.js';
import type { Run } from '../../io/index.js';
import { openHostFile, scanDirectory } from '../../source/index.js';
import { exclude, type FileTree, type PreparedTree, prepareTree } from '../../tree/index.js';
import type { BuildOptions } from './options.js';

/** The whole tree, in which kernel, loaders and packages are looked for, and the way to that of the root image. */
export interface RootTree extends PreparedTree {
  /** The tree without what patterns match. As in every writer the manifest is laid over the rest. */
  without(patterns: readonly ByteString[]): FileTree;
}

/** Reads the root tree, with the owners and times it will have on the medium. */
export async function readRootTree(options: BuildOptions, run: Run): Promise<RootTree> {
  const { engine, xattrs, note, ownership, epoch, seed, clampTimes: clamp, manifest: entries = [] } = options;
  const scanned =
    typeof options.root === 'string'
      ? await scanDirectory(fromText(resolve(options.root)), {
          oneFileSystem: true,
          run,
          ...given({ engine, xattrs, note }),
        })
      : await options.root(run);
  const preparation = {
    ...given({ ownership, xattrs, epoch, seed, clamp }),
    manifest: { entries, open: openHostFile },
  };
  const prepared = prepareTree(scanned, preparation);
  const { tree } = prepared;
  const without =
    entries.length > 0
      ? (patterns: readonly ByteString[]) => prepareTree(scanned, { ...preparation, exclude: patterns }).tree
      : (patterns: readonly ByteString[]) => exclude(tree, patterns);
  return {
    tree,
    epoch: prepared.epoch,
    get seed() {
      return prepared.seed;
    },
    without,
  };
}

/** The values that are not undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const found = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
