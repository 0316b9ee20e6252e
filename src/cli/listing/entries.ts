// The entries that a listing shows: those of directories, or the named ones themselves, in the order asked for.

import { type ByteString, compareBytes, withoutEnd } from '../../bytes/index.js';
import { type FoundEntry, followPath, type PlaceInside } from '../../image/index.js';
import type { Spool } from '../../io/index.js';
import { type FileTree, joinPath, matchesPath, type Node, parsePattern, walk } from '../../tree/index.js';

/** How entries are chosen and ordered. */
export interface ListingOptions {
  /** Directories themselves, not what is in them. */
  readonly directory?: boolean;
  readonly recursive?: boolean;
  /** The listed directory too. */
  readonly all?: boolean;
  /** Newest first. */
  readonly byTime?: boolean;
  /** Largest first. */
  readonly bySize?: boolean;
  readonly reverse?: boolean;
}

/** One line of a listing. */
export interface Listed extends FoundEntry {
  /** The tree that it is in, whose users and groups are its own. */
  readonly tree: FileTree;
}

/** The entries for what was asked for in a tree: paths, which may go on in images, and patterns. */
export async function listEntries(
  place: PlaceInside,
  asked: readonly ByteString[],
  options: ListingOptions,
  spool?: Spool,
): Promise<Listed[]> {
  if (asked.length === 0) return [...entriesOf(place, options)];
  const entries: Listed[] = [];
  for (const path of asked) {
    const matches = matchesOf(place, path);
    if (matches) entries.push(...inOrder(matches, options).flatMap((match) => belowToo(match, options)));
    else entries.push(...entriesOf(await placeAt(place, path, spool), options));
  }
  return entries;
}

async function placeAt({ tree }: PlaceInside, asked: ByteString, spool?: Spool): Promise<PlaceInside> {
  const found = await followPath(tree, asked, 'keep', { enter: true, spool });
  // Entries of an inner image are shown below the path that leads into it.
  return found.tree === tree ? found : { ...found, path: withoutEnd(asked, '/').replace(/^\/+/, '') as ByteString };
}

/** Entries that match a pattern; undefined for a text that is the name of one, or no pattern. */
function matchesOf({ tree }: PlaceInside, asked: ByteString): Listed[] | undefined {
  if (!/[*?[]/.test(asked) || tree.get(asked)) return undefined;
  const pattern = parsePattern(`/${asked.replace(/^\/+/, '')}` as ByteString);
  const matches: Listed[] = [];
  for (const { path, node } of walk(tree)) {
    if (path !== '' && matchesPath(pattern, path.split('/'))) matches.push({ tree, path, node });
  }
  return matches.length > 0 ? matches : undefined;
}

/** A match is listed itself, and with everything in it where that is asked for. */
function belowToo(match: Listed, options: ListingOptions): Listed[] {
  return options.recursive && match.node.kind === 'directory' ? [match, ...entriesOf(match, options)] : [match];
}

/** A directory's entries, or the entry itself. */
function* entriesOf(place: PlaceInside, options: ListingOptions): Generator<Listed> {
  const { tree, path, node } = place;
  if (node.kind !== 'directory' || options.directory) {
    yield { tree, path, node };
    return;
  }
  if (options.all) yield { tree, path: joinPath(path, '.'), node };
  const entries = [...node.entries].map(([name, child]) => ({ tree, path: joinPath(path, name), node: child }));
  for (const entry of inOrder(entries, options)) {
    yield entry;
    if (options.recursive && entry.node.kind === 'directory') yield* entriesOf(entry, { ...options, all: false });
  }
}

function inOrder(entries: readonly Listed[], { byTime, bySize, reverse }: ListingOptions): Listed[] {
  const bySeconds = (a: Listed, b: Listed) =>
    b.node.mtime.seconds - a.node.mtime.seconds || b.node.mtime.nanoseconds - a.node.mtime.nanoseconds;
  const first = bySize ? (a: Listed, b: Listed) => sizeOf(b.node) - sizeOf(a.node) : byTime ? bySeconds : () => 0;
  const sorted = [...entries].sort((a, b) => first(a, b) || compareBytes(a.path, b.path));
  return reverse ? sorted.reverse() : sorted;
}

/** Bytes of a file, or of the target of a link; other entries have none. */
export function sizeOf(node: Node): number {
  if (node.kind === 'file') return node.content.size;
  return node.kind === 'symlink' ? node.target.length : 0;
}

/** Every entry below a place, with its depth, for a drawing. */
export function* nested(
  place: PlaceInside,
  options: ListingOptions,
): Generator<Listed & { readonly last: readonly boolean[] }> {
  yield* nestedBelow({ ...place, last: [] }, options);
}

function* nestedBelow(
  { tree, path, node, last }: Listed & { readonly last: readonly boolean[] },
  options: ListingOptions,
): Generator<Listed & { readonly last: readonly boolean[] }> {
  if (node.kind !== 'directory') return;
  const entries = [...node.entries].map(([name, child]) => ({ tree, path: joinPath(path, name), node: child }));
  const sorted = inOrder(entries, options);
  for (const [index, entry] of sorted.entries()) {
    const one = { ...entry, last: [...last, index === sorted.length - 1] };
    yield one;
    yield* nestedBelow(one, options);
  }
}
