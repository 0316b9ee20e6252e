// Taking some entries out of a tree by patterns.

import { type ByteString, displayText, shownName } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import type { Content } from '../io/index.js';
import { FileTree } from './file-tree.js';
import type { Directory, Node } from './node.js';
import { matchesPath, type PathPattern, parsePattern } from './pattern.js';

/**
 * The entries that one of the patterns matches, directories with everything in them, below the directories that lead to them.
 * Patterns count from the root, with or without a leading slash. Throws {@link InvalidInputError} `tree.no-match` for a
 * pattern that matches nothing.
 */
export function pick<C extends Content>(tree: FileTree<C>, patterns: readonly ByteString[]): FileTree<C> {
  const wanted = patterns.map((pattern) => ({ pattern, parsed: spellingsOf(pattern).map(anchored), found: false }));
  const isWanted = (names: readonly string[]) => {
    const matching = wanted.filter(({ parsed }) => parsed.some((one) => matchesPath(one, names)));
    for (const one of matching) one.found = true;
    return matching.length > 0;
  };
  const root = picked(tree.root, [], isWanted) as Directory<C> | undefined;
  const missed = wanted.find(({ found }) => !found);
  if (missed || !root) throw noMatch(missed?.pattern ?? ('' as ByteString));
  return new FileTree(root);
}

/** A pattern as it is, and read as listings show names (`caf\xe9`). */
function spellingsOf(pattern: ByteString): ByteString[] {
  const shown = shownName(pattern);
  return shown === undefined ? [pattern] : [pattern, shown];
}

function anchored(pattern: ByteString): PathPattern {
  return parsePattern(`/${pattern.replace(/^\/+/, '')}` as ByteString);
}

function picked<C extends Content>(
  node: Node<C>,
  names: readonly string[],
  isWanted: (names: readonly string[]) => boolean,
): Node<C> | undefined {
  if (names.length > 0 && isWanted(names)) return node;
  if (node.kind !== 'directory') return undefined;
  const entries = new Map<ByteString, Node<C>>();
  for (const [name, child] of node.entries) {
    const kept = picked(child, [...names, name], isWanted);
    if (kept) entries.set(name, kept);
  }
  return entries.size > 0 ? { ...node, entries } : undefined;
}

function noMatch(pattern: ByteString): InvalidInputError {
  const shown = displayText(pattern);
  return new InvalidInputError('tree.no-match', `${shown} matches no entry.`, { path: shown });
}
