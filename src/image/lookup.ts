// Entries of a tree by the names that people type: as they are, or as listings show them.

import { type ByteString, displayText, shownName, withoutEnd } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { type FileTree, follow, type Node } from '../tree/index.js';

/** An entry, and its name as bytes. */
export interface FoundEntry {
  readonly path: ByteString;
  readonly node: Node;
}

/**
 * The entry at a path, whose names may be spelled as listings show them (`caf\xe9`). `links` says whether symbolic links are
 * followed. Throws {@link InvalidInputError} `image.no-entry` if there is none.
 */
export function lookUp(tree: FileTree, asked: ByteString, links: 'follow' | 'keep'): FoundEntry {
  return findEntry(tree, asked, links) ?? noEntry(asked);
}

/** As {@link lookUp}; undefined if there is none. */
export function findEntry(tree: FileTree, asked: ByteString, links: 'follow' | 'keep'): FoundEntry | undefined {
  for (const spelling of [asked, shownName(asked)]) {
    if (spelling === undefined) continue;
    const path = withoutEnd(spelling, '/').replace(/^\/+/, '') as ByteString;
    const node = links === 'follow' ? follow(tree, path) : tree.get(path);
    if (node) return { path, node };
  }
  return undefined;
}

/** Throws that nothing is at a path. */
export function noEntry(asked: ByteString): never {
  const shown = displayText(asked);
  throw new InvalidInputError('image.no-entry', `There is no ${shown} in the image.`, { path: shown });
}
