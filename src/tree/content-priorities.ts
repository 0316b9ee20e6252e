// Which contents come first in an image, by the rules of a sort list.

import { type ByteString, displayText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { type Content, type ExactContent, isExact } from '../io/index.js';
import { type FileTree, splitPath } from './file-tree.js';
import type { Directory } from './node.js';
import { LOWEST, type SortRule } from './sort-list.js';

/**
 * The priority of each content that has one. The rule nearest to a file counts: its own, otherwise that of the innermost
 * directory; of two rules for one path the later; of several names of one content the highest. Throws
 * {@link InvalidInputError} `tree.sort-path` for a path that the tree does not have.
 */
export function contentPriorities<C extends Content>(
  tree: FileTree<C>,
  rules: readonly SortRule[],
): ReadonlyMap<ExactContent, number> {
  const byPath = new Map<string, number>();
  for (const { path, priority } of rules) {
    if (!tree.get(path)) {
      const shown = `/${displayText(splitPath(path).join('/') as ByteString)}`;
      throw new InvalidInputError('tree.sort-path', `The sort list names ${shown}, which is not in the tree.`, {
        path: shown,
      });
    }
    byPath.set(splitPath(path).join('/'), priority);
  }
  const priorities = new Map<ExactContent, number>();
  const visit = (dir: Directory<C>, path: string, inherited: number | undefined): void => {
    for (const [name, node] of dir.entries) {
      const at = path === '' ? name : `${path}/${name}`;
      const priority = byPath.get(at) ?? inherited;
      if (node.kind === 'directory') visit(node, at, priority);
      else if (node.kind === 'file' && priority !== undefined && isExact(node.content)) {
        priorities.set(node.content, Math.max(priority, priorities.get(node.content) ?? LOWEST));
      }
    }
  };
  if (byPath.size > 0) visit(tree.root, '', byPath.get(''));
  return priorities;
}
