// Exclude rules as users of tar, rsync and mksquashfs write them: globs, anchored at the root by a leading slash.

import picomatch from 'picomatch';
import { type ByteString, displayText } from '../bytes/index.js';
import { UsageError } from '../errors.js';
import type { Content } from '../io/index.js';
import type { FileTree } from './file-tree.js';
import { select } from './rewrite.js';

/**
 * Removes what any pattern matches. `/var/cache/*` counts from the root, `*.pyc` and `__pycache__` match at any depth;
 * `*` stops at slashes, `**` does not. A directory that matches goes with everything in it.
 */
export function exclude<C extends Content>(tree: FileTree<C>, patterns: readonly string[]): FileTree<C> {
  if (patterns.length === 0) return tree;
  const excluded = excludeMatcher(patterns);
  return select(tree, (path) => !excluded(path));
}

/** Whether one of the patterns excludes the entry at a path without leading slash. */
export function excludeMatcher(patterns: readonly string[]): (path: ByteString) => boolean {
  const matchers = patterns.map(compilePattern);
  return (path) => {
    const shown = displayText(path);
    return matchers.some((matches) => matches(shown));
  };
}

/** Whether a path without leading slash matches one pattern, by the rules of {@link exclude}. */
export function compilePattern(pattern: string): (path: string) => boolean {
  const trimmed = pattern.replace(/\/+$/, '');
  if (trimmed === '') {
    throw new UsageError('tree.bad-pattern', `"${pattern}" is not a usable exclude pattern.`, {
      option: 'exclude',
      hint: 'Name an entry, such as /var/cache/* or *.pyc.',
    });
  }
  const anchored = trimmed.startsWith('/') ? trimmed.slice(1) : `**/${trimmed}`;
  return picomatch(anchored, { dot: true });
}
