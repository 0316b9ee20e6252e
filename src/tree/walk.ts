// Ways through a tree. All of them visit the entries of a directory in byte order of their names.

import type { ByteString } from '../bytes/index.js';
import type { Content, ExactContent } from '../io/index.js';
import type { FileTree } from './file-tree.js';
import { joinPath } from './file-tree.js';
import type { Directory, Node } from './node.js';

/** One entry of a walk. */
export interface Visit<C extends Content = ExactContent> {
  /** Path from the root without leading slash; the root itself is "". */
  readonly path: ByteString;
  readonly name: ByteString;
  readonly node: Node<C>;
  /** The directory that holds it; undefined for the root. */
  readonly parent: Directory<C> | undefined;
}

/** Parents before children, depth first: the order of the paths' bytes component by component. The root comes first. */
export function* walk<C extends Content>(tree: FileTree<C>): Generator<Visit<C>> {
  yield { path: '' as ByteString, name: '' as ByteString, node: tree.root, parent: undefined };
  const inside = [{ path: '' as ByteString, parent: tree.root, entries: tree.root.entries.entries() }];
  for (let top = inside.at(-1); top; top = inside.at(-1)) {
    const { done, value } = top.entries.next();
    if (done) {
      inside.pop();
      continue;
    }
    const [name, node] = value;
    const path = joinPath(top.path, name);
    yield { path, name, node, parent: top.parent };
    if (node.kind === 'directory') inside.push({ path, parent: node, entries: node.entries.entries() });
  }
}

/**
 * Visits the node of every name in the order of {@link walk}. There may be millions: this makes no paths and no objects for
 * them.
 */
export function visitNodes<C extends Content>(tree: FileTree<C>, visit: (node: Node<C>) => void): void {
  visit(tree.root);
  const inside = [tree.root.entries.values()];
  for (let top = inside.at(-1); top; top = inside.at(-1)) {
    let entered: Directory<C> | undefined;
    for (let next = top.next(); !next.done; next = top.next()) {
      visit(next.value);
      if (next.value.kind !== 'directory') continue;
      entered = next.value;
      break;
    }
    if (entered) inside.push(entered.entries.values());
    else inside.pop();
  }
}

/** Names in a directory and all below it: without a walk's visits, as there may be millions. */
export function countNames<C extends Content>(root: Directory<C>): number {
  let count = 0;
  const stack = [root];
  for (let dir = stack.pop(); dir; dir = stack.pop()) {
    count += dir.entries.size;
    for (const node of dir.entries.values()) if (node.kind === 'directory') stack.push(node);
  }
  return count;
}

/** How many names each node has that is not a directory. Only nodes with more than one name are listed. */
export function hardLinkCounts<C extends Content>(tree: FileTree<C>): ReadonlyMap<Node<C>, number> {
  const seen = new Set<Node<C>>();
  const counts = new Map<Node<C>, number>();
  const directories = [tree.root];
  for (let directory = directories.pop(); directory; directory = directories.pop()) {
    for (const node of directory.entries.values()) {
      if (node.kind === 'directory') directories.push(node);
      else if (seen.has(node)) counts.set(node, (counts.get(node) ?? 1) + 1);
      else seen.add(node);
    }
  }
  return counts;
}

/** Newest mtime in the tree, in whole seconds: the default epoch. */
export function newestSecond<C extends Content>(tree: FileTree<C>): number {
  let newest = Number.NEGATIVE_INFINITY;
  visitNodes(tree, ({ mtime }) => {
    if (mtime.seconds > newest) newest = mtime.seconds;
  });
  return newest;
}
