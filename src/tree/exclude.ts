// Leaves entries out of a tree by patterns.

import type { ByteString } from '../bytes/index.js';
import type { Content } from '../io/index.js';
import type { FileTree } from './file-tree.js';
import { matchesPath, parsePattern } from './pattern.js';
import { select } from './rewrite.js';

/**
 * Removes entries that match any pattern. `/var/cache/*` is anchored at the root, `*.pyc` and `__pycache__` match at any depth;
 * `*` stops at slashes, `**` between slashes does not. A directory that matches is removed with everything in it.
 */
export function exclude<C extends Content>(tree: FileTree<C>, patterns: readonly ByteString[]): FileTree<C> {
  if (patterns.length === 0) return tree;
  const excluded = excludeMatcher(patterns);
  return select(tree, (path) => !excluded(path));
}

/** Whether one of the patterns matches a path without leading slash. */
export function excludeMatcher(patterns: readonly ByteString[]): (path: ByteString) => boolean {
  const parsed = patterns.map(parsePattern);
  return (path) => {
    const names = path.split('/');
    return parsed.some((pattern) => matchesPath(pattern, names));
  };
}
