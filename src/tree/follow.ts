// Lookups as by a program inside the tree: symbolic links are followed, and never lead out of the tree.

import { type ByteString, compareBytes, MAX_SYMLINKS } from '../bytes/index.js';
import type { Content, ExactContent } from '../io/index.js';
import { type FileTree, joinPath, splitPath } from './file-tree.js';
import type { Directory, Node } from './node.js';
import { nameTest } from './pattern.js';

/** A path found in a tree, and its node. */
export interface Found<C extends Content = ExactContent> {
  /** The requested path, without leading slash. */
  readonly path: ByteString;
  /** Never a symbolic link. */
  readonly node: Exclude<Node<C>, { kind: 'symlink' }>;
}

/** The node a path leads to, through symbolic links; undefined if there is none, or only a loop of links. */
export function follow<C extends Content>(tree: FileTree<C>, path: ByteString | string): Found<C>['node'] | undefined {
  return walkTo(tree, path)?.node;
}

/** The path, without links in it, of the directory that a path leads to; undefined if it leads to none. */
export function directoryPath<C extends Content>(tree: FileTree<C>, path: ByteString): ByteString | undefined {
  const found = walkTo(tree, path);
  return found?.node.kind === 'directory' ? (found.names.join('/') as ByteString) : undefined;
}

/** The node at the end of a path, and the names of the directories that lead to it, itself among them. */
function walkTo<C extends Content>(tree: FileTree<C>, path: ByteString | string) {
  const at: Directory<C>[] = [tree.root];
  const names: ByteString[] = [];
  const rest = path.split('/').reverse();
  let links = 0;
  let node: Found<C>['node'] = tree.root;
  while (rest.length > 0) {
    const name = rest.pop()! as ByteString;
    if (name === '' || name === '.') continue;
    if (node.kind !== 'directory') return undefined;
    if (name === '..') {
      if (at.length > 1) at.pop();
      names.pop();
      node = at.at(-1)!;
      continue;
    }
    const next = node.entries.get(name);
    if (!next) return undefined;
    if (next.kind === 'symlink') {
      if (++links > MAX_SYMLINKS) return undefined;
      if (next.target.startsWith('/')) {
        at.length = 1;
        names.length = 0;
      }
      node = at.at(-1)!;
      rest.push(...next.target.split('/').reverse());
      continue;
    }
    node = next;
    if (next.kind === 'directory') {
      at.push(next);
      names.push(name);
    }
  }
  return { node, names };
}

/**
 * All paths that match a pattern in which `*` matches any part of one name, in byte order. Only literal names of the
 * pattern and the found paths themselves lead through links.
 */
export function glob<C extends Content>(tree: FileTree<C>, pattern: string): Found<C>[] {
  let found: ByteString[] = ['' as ByteString];
  for (const part of splitPath(pattern)) {
    found = found.flatMap((path) => {
      if (!part.includes('*')) return [joinPath(path, part)];
      const dir = follow(tree, path);
      if (dir?.kind !== 'directory') return [];
      const matches = nameTest(part);
      // As in a shell, a leading dot must be spelled out.
      const isHidden = (name: string) => name.startsWith('.') && !part.startsWith('.');
      return [...dir.entries.keys()]
        .filter((name) => matches(name) && !isHidden(name))
        .map((name) => joinPath(path, name));
    });
  }
  return found.sort(compareBytes).flatMap((path) => {
    const node = follow(tree, path);
    return node ? [{ path, node }] : [];
  });
}
