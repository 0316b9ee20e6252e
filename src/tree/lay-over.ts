// One tree over another as when it is copied into a running system: through symbolic links to directories.

import type { ByteString } from '../bytes/index.js';
import { FileTree, joinPath, splitPath } from './file-tree.js';
import { directoryPath } from './follow.js';
import { type Directory, directory, type Node } from './node.js';
import { overlay } from './rewrite.js';

/** A directory of the upper tree, and its path, at which the lower tree has a link. */
type Moved = readonly [path: ByteString, entries: Directory];

/**
 * Lays a tree over another, as `overlay` does, but a directory over a symbolic link that leads to a directory goes into that directory,
 * whose attributes stay: `/lib` remains a link to `usr/lib`.
 */
export function layOver(lower: FileTree, upper: FileTree): FileTree {
  const moved: Moved[] = [];
  const rest = withoutMoved(lower.root, upper.root, '' as ByteString, moved);
  const merged = overlay(lower, new FileTree(rest));
  return moved.reduce((tree, [path, dir]) => {
    // The upper tree may have changed where the link leads.
    const target = directoryPath(tree, path);
    if (target === undefined) return overlay(tree, placedAt(path, dir));
    return layOver(tree, placedAt(target, { ...dir, implied: true }));
  }, merged);
}

/** A tree of a directory at a path, below directories that are implied. */
export function placedAt(path: ByteString, root: Directory): FileTree {
  let node = root;
  for (const name of splitPath(path).reverse()) node = { ...directory({}, [[name, node]]), implied: true };
  return new FileTree(node);
}

function withoutMoved(below: Directory, upper: Directory, path: ByteString, moved: Moved[]): Directory {
  const kept: [ByteString, Node][] = [];
  let changed = false;
  for (const [name, node] of upper.entries) {
    const under = below.entries.get(name);
    const at = joinPath(path, name);
    if (node.kind === 'directory' && under?.kind === 'symlink') {
      moved.push([at, node]);
      changed = true;
      continue;
    }
    const isMerged = node.kind === 'directory' && under?.kind === 'directory';
    const left = isMerged ? withoutMoved(under, node, at, moved) : node;
    changed ||= left !== node;
    kept.push([name, left]);
  }
  if (!changed) return upper;
  return upper.implied ? { ...directory(upper, kept), implied: true } : directory(upper, kept);
}
