// The tree of SOURCE with the changes that options of the tree request.

import { defined } from '../bytes/index.js';
import { openHostFile } from '../source/index.js';
import { type FileTree, type PreparedTree, prepareTree } from '../tree/index.js';
import { environmentEpoch } from './environment-epoch.js';
import { manifestEntries } from './manifest-options.js';
import { ownerRules } from './owner-rules.js';
import { excludePatterns, type TreeOptions } from './writer-options.js';

/** The tree as it goes into an image; `change` are the changes of one format. */
export function prepareSource(
  scanned: FileTree,
  options: TreeOptions & { readonly seed?: string },
  change: (tree: FileTree) => FileTree = (tree) => tree,
): PreparedTree {
  const { owner: ownership, xattrs, seed } = options;
  const epoch = options.epoch ?? environmentEpoch();
  return prepareTree(scanned, {
    exclude: excludePatterns(options),
    owners: ownerRules(options, scanned),
    ownership,
    xattrs,
    change,
    manifest: { entries: manifestEntries(options), open: openHostFile },
    clamp: options.clampMtime ?? false,
    ...defined({ epoch, seed }),
  });
}
