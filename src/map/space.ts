// The directories and files of a tree by their sizes.

import { displayText } from '../bytes/index.js';
import type { Directory, FileTree, Node } from '../tree/index.js';

/** One directory or file, or the rest of a directory. */
export interface SpaceEntry {
  readonly name: string;
  /** Total size of its files; a file with several names counts at the first one. */
  readonly bytes: number;
  readonly files: number;
  readonly kind: 'directory' | 'file' | 'rest';
  /** The largest first; entries too small to be drawn are combined in one at the end. Empty for files. */
  readonly entries: readonly SpaceEntry[];
}

/** Entries below this share of the whole tree are combined. */
const SMALLEST_SHARE = 1 / 400;
/** Deeper directories are not divided. */
const DEEPEST = 7;

/** The space that a tree takes. The work is one walk; the result has at most some hundred entries per level. */
export function spaceOf(tree: FileTree): SpaceEntry {
  const whole = measure(tree.root, '/', new Set(), 0);
  return pruned(whole, whole.bytes * SMALLEST_SHARE);
}

function measure(node: Node, name: string, seen: Set<Node>, depth: number): SpaceEntry {
  if (node.kind !== 'directory') {
    const isCounted = node.kind === 'file' && !seen.has(node);
    seen.add(node);
    return { name, bytes: isCounted ? node.content.size : 0, files: isCounted ? 1 : 0, kind: 'file', entries: [] };
  }
  if (depth === DEEPEST) return { name, ...total(node, seen), kind: 'directory', entries: [] };
  const entries = [...node.entries].map(([child, below]) => measure(below, displayText(child), seen, depth + 1));
  entries.sort((a, b) => b.bytes - a.bytes);
  const sum = (key: 'bytes' | 'files') => entries.reduce((all, entry) => all + entry[key], 0);
  return { name, bytes: sum('bytes'), files: sum('files'), kind: 'directory', entries };
}

/** Without recursion, because a hostile tree may be arbitrarily deep. */
function total(directory: Directory, seen: Set<Node>): { bytes: number; files: number } {
  const stack: Directory[] = [directory];
  let [bytes, files] = [0, 0];
  for (let top = stack.pop(); top; top = stack.pop()) {
    for (const node of top.entries.values()) {
      if (node.kind === 'directory') stack.push(node);
      if (node.kind !== 'file' || seen.has(node)) continue;
      seen.add(node);
      bytes += node.content.size;
      files++;
    }
  }
  return { bytes, files };
}

function pruned(entry: SpaceEntry, smallest: number): SpaceEntry {
  const kept = entry.entries.filter(({ bytes }) => bytes >= smallest && bytes > 0);
  const small = entry.entries.slice(kept.length);
  const bytes = small.reduce((all, one) => all + one.bytes, 0);
  const files = small.reduce((all, one) => all + one.files, 0);
  const rest: SpaceEntry[] =
    bytes > 0 ? [{ name: `${small.length} smaller entries`, bytes, files, kind: 'rest', entries: [] }] : [];
  return { ...entry, entries: [...kept.map((one) => pruned(one, smallest)), ...rest] };
}
