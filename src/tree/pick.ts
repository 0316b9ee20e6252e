// Taking some entries out of a tree by patterns.

import { type ByteString, displayText, shownName } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import type { Content } from '../io/index.js';
import type { FileTree } from './file-tree.js';
import { matchesPath, type PathPattern, parsePattern } from './pattern.js';
import { select } from './rewrite.js';
import { walk } from './walk.js';

/**
 * The entries that one of the patterns matches, directories with everything in them, below the directories that lead to them.
 * Patterns count from the root, with or without a leading slash. Throws {@link InvalidInputError} `tree.no-match` for a
 * pattern that matches nothing.
 */
export function pick<C extends Content>(tree: FileTree<C>, patterns: readonly ByteString[]): FileTree<C> {
  if (patterns.some((pattern) => /^[./]+$/.test(pattern) && !pattern.includes('..'))) return tree;
  const wanted = patterns.map((pattern) => ({ pattern, parsed: spellingsOf(pattern).map(anchored), found: false }));
  /** Matches of the patterns, without those inside a directory that is taken. */
  const taken = new Set<ByteString>();
  /** Directories that lead there. */
  const leading = new Set<ByteString>();
  let inside: string | undefined;
  for (const { path } of walk(tree)) {
    if (path === '') continue;
    if (inside !== undefined && !path.startsWith(inside)) inside = undefined;
    const names = path.split('/');
    const matching = wanted.filter(({ parsed }) => parsed.some((one) => matchesPath(one, names)));
    for (const one of matching) one.found = true;
    // In a directory that is taken, other patterns may match too.
    if (matching.length === 0 || inside !== undefined) continue;
    taken.add(path);
    inside = `${path}/`;
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      leading.add(path.slice(0, end) as ByteString);
    }
  }
  const missed = wanted.find(({ found }) => !found);
  if (missed) throw noMatch(missed.pattern);
  return select(tree, chosenBy(taken, leading));
}

/** A pattern as it is, and read as listings show names (`caf\xe9`). */
function spellingsOf(pattern: ByteString): ByteString[] {
  const shown = shownName(pattern);
  return shown === undefined ? [pattern] : [pattern, shown];
}

function anchored(pattern: ByteString): PathPattern {
  return parsePattern(`/${pattern.replace(/^\/+/, '')}` as ByteString);
}

/** Whether an entry is taken, is inside one that is, or leads to one; for paths in the order of a walk. */
function chosenBy(taken: ReadonlySet<ByteString>, leading: ReadonlySet<ByteString>): (path: ByteString) => boolean {
  let inside: string | undefined;
  return (path) => {
    if (inside !== undefined && path.startsWith(inside)) return true;
    inside = taken.has(path) ? `${path}/` : undefined;
    return inside !== undefined || leading.has(path);
  };
}

function noMatch(pattern: ByteString): InvalidInputError {
  const shown = displayText(pattern);
  return new InvalidInputError('tree.no-match', `${shown} matches no entry.`, { path: shown });
}
