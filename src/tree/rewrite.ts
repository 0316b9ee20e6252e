// Trees made from trees: every function returns a new tree, shares what it did not change, and keeps hard links.

import type { ByteString, Timestamp } from '../bytes/index.js';
import { compareTime } from '../bytes/index.js';
import type { Content, ExactContent } from '../io/index.js';
import { FileTree, joinPath } from './file-tree.js';
import { type Directory, directory, type Node } from './node.js';

/**
 * A new tree with each node replaced by `change(node)`; two names of one node stay two names of one node. What `change`
 * returns as it is, is shared with the old tree, and so are directories in which nothing changed.
 */
export function mapNodes<C extends Content>(tree: FileTree<C>, change: (node: Node<C>) => Node<C>): FileTree<C> {
  /** Only changed nodes, to save memory in large trees with few changes. */
  const done = new Map<Node<C>, Node<C>>();
  const visit = (node: Node<C>): Node<C> => {
    const known = done.get(node);
    if (known) return known;
    const changed = change(node.kind === 'directory' ? mapEntries(node, visit) : node);
    if (changed !== node) done.set(node, changed);
    return changed;
  };
  return new FileTree(visit(tree.root) as Directory<C>);
}

/** Which owner the entries get: `keep`, everything to root, or everything to one owner. */
export type Ownership = 'keep' | { readonly uid: number; readonly gid: number };

/** The tree with all entries owned as `ownership` says. */
export function mapOwners<C extends Content>(tree: FileTree<C>, ownership: Ownership): FileTree<C> {
  if (ownership === 'keep') return tree;
  return mapNodes(tree, (node) => ({ ...node, uid: ownership.uid, gid: ownership.gid }));
}

/** Times after `latest` become `latest`. */
export function clampTimes<C extends Content>(tree: FileTree<C>, latest: Timestamp): FileTree<C> {
  return mapNodes(tree, (node) => (compareTime(node.mtime, latest) > 0 ? { ...node, mtime: latest } : node));
}

/** The tree without extended attributes. */
export function withoutXattrs<C extends Content>(tree: FileTree<C>): FileTree<C> {
  return mapNodes(tree, (node) => (node.xattrs.length > 0 ? { ...node, xattrs: [] } : node));
}

/** Entries for which `keep(path, node)` is false are left out, directories with everything below them. */
export function select<C extends Content>(
  tree: FileTree<C>,
  keep: (path: ByteString, node: Node<C>) => boolean,
): FileTree<C> {
  const visit = (dir: Directory<C>, path: string): Directory<C> => {
    const entries: [ByteString, Node<C>][] = [];
    for (const [name, node] of dir.entries) {
      const at = joinPath(path, name);
      if (keep(at, node)) entries.push([name, node.kind === 'directory' ? visit(node, at) : node]);
    }
    return withEntries(dir, entries);
  };
  return new FileTree(visit(tree.root, ''));
}

/**
 * Lays trees over a base; later ones win. Directories merge: the later one's attributes count unless it is implied.
 * Base trees of exact content and additions of open content give a tree of either.
 */
export function overlay<C extends Content = ExactContent>(
  base: FileTree<C>,
  ...additions: readonly FileTree<C>[]
): FileTree<C> {
  return additions.reduce((lower, upper) => new FileTree(merge(lower.root, upper.root)), base);
}

function merge<C extends Content>(lower: Directory<C>, upper: Directory<C>): Directory<C> {
  const entries = new Map(lower.entries);
  for (const [name, node] of upper.entries) {
    const below = entries.get(name);
    entries.set(name, node.kind === 'directory' && below?.kind === 'directory' ? merge(below, node) : node);
  }
  return withEntries(upper.implied ? lower : upper, entries);
}

function mapEntries<C extends Content>(dir: Directory<C>, visit: (node: Node<C>) => Node<C>): Directory<C> {
  let entries: Map<ByteString, Node<C>> | undefined;
  for (const [name, node] of dir.entries) {
    const changed = visit(node);
    if (changed === node) continue;
    entries ??= new Map(dir.entries);
    entries.set(name, changed);
  }
  return entries ? { ...dir, entries } : dir;
}

function withEntries<C extends Content>(
  dir: Directory<C>,
  entries: Iterable<readonly [ByteString, Node<C>]>,
): Directory<C> {
  const { implied } = dir;
  return implied ? { ...directory(dir, entries), implied } : directory(dir, entries);
}
