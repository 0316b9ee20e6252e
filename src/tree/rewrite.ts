// Trees made from trees: every function returns a new tree, shares what it did not change, and keeps hard links.

import type { ByteString, Timestamp } from '../bytes/index.js';
import { compareTime } from '../bytes/index.js';
import type { Content, ExactContent } from '../io/index.js';
import { FileTree, joinPath } from './file-tree.js';
import { type Directory, directory, type Node } from './node.js';

/**
 * A new tree with each node replaced by `change(node, before)`, where `before` is the node of the old tree, and `node` is that with its
 * entries replaced; two names of one node stay two names of one node. What `change`
 * returns as it is, is shared with the old tree, and so are directories in which nothing changed.
 */
export function mapNodes<C extends Content>(
  tree: FileTree<C>,
  change: (node: Node<C>, before: Node<C>) => Node<C>,
): FileTree<C> {
  /** Only changed nodes, to save memory in large trees with few changes. */
  const done = new Map<Node<C>, Node<C>>();
  const changed = (node: Node<C>, now = node): Node<C> => {
    const result = change(now, node);
    if (result !== node) done.set(node, result);
    return result;
  };
  // Directories that the visit is inside: nesting does not use the stack.
  const inside = [new ChangedDirectory('' as ByteString, tree.root)];
  for (let top = inside[0]!; ; top = inside.at(-1)!) {
    const next = top.rest.next();
    if (next.done) {
      inside.pop();
      const result = changed(top.before, top.after);
      const parent = inside.at(-1);
      if (!parent) return new FileTree(result as Directory<C>);
      parent.put(top.name, top.before, result);
      continue;
    }
    const [name, node] = next.value;
    const known = done.get(node);
    if (!known && node.kind === 'directory') inside.push(new ChangedDirectory(name, node));
    else top.put(name, node, known ?? changed(node));
  }
}

/** A directory whose entries are being replaced; copied with the first one that is. */
class ChangedDirectory<C extends Content> {
  readonly rest: Iterator<[ByteString, Node<C>]>;
  #entries: Map<ByteString, Node<C>> | undefined;

  constructor(
    readonly name: ByteString,
    readonly before: Directory<C>,
  ) {
    this.rest = before.entries.entries();
  }

  get after(): Directory<C> {
    return this.#entries ? { ...this.before, entries: this.#entries } : this.before;
  }

  put(name: ByteString, before: Node<C>, after: Node<C>): void {
    if (after === before) return;
    this.#entries ??= new Map(this.before.entries);
    this.#entries.set(name, after);
  }
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
  const frame = (path: ByteString, name: ByteString, dir: Directory<C>) => {
    return { path, name, dir, rest: dir.entries.entries(), kept: [] as [ByteString, Node<C>][] };
  };
  const inside = [frame('' as ByteString, '' as ByteString, tree.root)];
  for (let top = inside[0]!; ; top = inside.at(-1)!) {
    const next = top.rest.next();
    if (next.done) {
      inside.pop();
      const made = withEntries(top.dir, top.kept);
      const parent = inside.at(-1);
      if (!parent) return new FileTree(made);
      parent.kept.push([top.name, made]);
      continue;
    }
    const [name, node] = next.value;
    const path = joinPath(top.path, name);
    if (!keep(path, node)) continue;
    if (node.kind === 'directory') inside.push(frame(path, name, node));
    else top.kept.push([name, node]);
  }
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

function withEntries<C extends Content>(
  dir: Directory<C>,
  entries: Iterable<readonly [ByteString, Node<C>]>,
): Directory<C> {
  const { implied } = dir;
  return implied ? { ...directory(dir, entries), implied } : directory(dir, entries);
}
