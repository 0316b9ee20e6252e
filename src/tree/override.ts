// Attributes that replace those of every entry, or of the root directory, as the options of image writers ask for.

import type { ByteString, Timestamp } from '../bytes/index.js';
import type { Content, ExactContent } from '../io/index.js';
import { excludeMatcher } from './exclude.js';
import { FileTree } from './file-tree.js';
import { mapNodes } from './rewrite.js';
import { walk } from './walk.js';

/** Replacements of attributes; the others stay. */
export interface Override {
  /** Permission bits. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: Timestamp;
}

/** Every entry with the given attributes; a mode would be the same for files and directories and is not among them. */
export function overrideAll<C extends Content>(tree: FileTree<C>, given: Omit<Override, 'mode'>): FileTree<C> {
  return Object.keys(given).length === 0 ? tree : mapNodes(tree, (node) => ({ ...node, ...given }));
}

/** The root directory with the given attributes. */
export function overrideRoot<C extends Content>(tree: FileTree<C>, given: Override): FileTree<C> {
  return Object.keys(given).length === 0 ? tree : new FileTree({ ...tree.root, ...given });
}

/** Only extended attributes for whose full name `keep` returns true. */
export function filterXattrs<C extends Content>(tree: FileTree<C>, keep: (name: ByteString) => boolean): FileTree<C> {
  return mapNodes(tree, (node) => {
    const kept = node.xattrs.filter(({ name }) => keep(name));
    return kept.length === node.xattrs.length ? node : { ...node, xattrs: kept };
  });
}

/** The contents of files that a pattern matches, by the rules of `exclude`: those in a matching directory too. */
export function contentsMatching(tree: FileTree, patterns: readonly ByteString[]): ReadonlySet<ExactContent> {
  const found = new Set<ExactContent>();
  if (patterns.length === 0) return found;
  const chosen = excludeMatcher(patterns.flatMap((pattern) => [pattern, `${pattern}/**` as ByteString]));
  for (const { path, node } of walk(tree)) {
    if (node.kind === 'file' && chosen(path)) found.add(node.content);
  }
  return found;
}
