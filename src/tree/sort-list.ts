// Which files come first in an image: the sort file of mksquashfs, one path and its priority per line.

import { type ByteString, displayText, trimBlanks } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { type Content, type ExactContent, isExact } from '../io/index.js';
import { type FileTree, splitPath } from './file-tree.js';
import type { Directory } from './node.js';

/** A path of the tree, `usr/bin` or `/usr/bin`; a directory stands for everything below it. */
export interface SortRule {
  readonly path: ByteString;
  /** −32768…32767; the higher ones come first, the default is 0. */
  readonly priority: number;
}

const LOWEST = -32_768;
const HIGHEST = 32_767;

/**
 * Reads a sort file: on each line a path, blanks, a whole number. A backslash keeps the next character as it is, so that
 * a path can have blanks; lines that are empty or start with `#` count for nothing. Throws {@link InvalidInputError}
 * `tree.sort-line` with the line.
 */
export function readSortList(text: ByteString): SortRule[] {
  return text.split('\n').flatMap((whole, index) => {
    const line = trimBlanks(whole as ByteString);
    if (line === '' || line.startsWith('#')) return [];
    const match = /^((?:\\.|[^\\])+?)[ \t]+([-+]?\d{1,5})$/.exec(line);
    const priority = Number(match?.[2]);
    if (!(priority >= LOWEST && priority <= HIGHEST)) {
      const shown = displayText(line as ByteString);
      throw new InvalidInputError('tree.sort-line', `"${shown}" is not a path and a priority.`, {
        line: index + 1,
        hint: `Give a path and a whole number from ${LOWEST} to ${HIGHEST}.`,
      });
    }
    return [{ path: match![1]!.replace(/\\(.)/g, '$1') as ByteString, priority }];
  });
}

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
