// Hash-indexed directories: leaves ordered by the hash of their names, after an index of hashes (kernel
// documentation, "Hash Tree Directories"). A reader that does not know the index sees a plain directory.

import { type ByteString, crc32c, crc32cWord, divCeil } from '../../bytes/index.js';
import type { Seed } from './checksum.js';
import { type Dirent, direntSize, direntSpace, dotEntries, renderLeaf, writeDirent, writeUnused } from './dirent.js';
import { HALF_MD4, type nameHasher } from './dirhash.js';

const ROOT_INFO_AT = 24;
const ROOT_INFO_SIZE = 8;
const ROOT_ENTRIES_AT = ROOT_INFO_AT + ROOT_INFO_SIZE;
const NODE_ENTRIES_AT = 8;
const ENTRY = 8;
/** A reserved word and the checksum, after the last possible entry. */
const INDEX_TAIL = 8;

const entriesIn = (space: number, summed: boolean) => Math.floor((summed ? space - INDEX_TAIL : space) / ENTRY);
const rootLimit = (blockSize: number, summed: boolean) => entriesIn(blockSize - ROOT_ENTRIES_AT, summed);
const nodeLimit = (blockSize: number, summed: boolean) => entriesIn(blockSize - NODE_ENTRIES_AT, summed);

/** The distribution of names: leaves are consecutive parts of `order`. */
export interface HashOrder {
  /** Positions of the names, by hash. */
  readonly order: Uint32Array;
  /** Per leaf, where it starts in `order`. */
  readonly starts: readonly number[];
  /** Per leaf, its hash in the index; odd when the previous leaf holds names of the same hash. */
  readonly hashes: readonly number[];
}

/** Sorts names by their hash and fills leaves with them, which keep room for a checksum if `summed`. */
export function hashOrder(
  names: readonly ByteString[],
  hasher: ReturnType<typeof nameHasher>,
  blockSize: number,
  summed = true,
): HashOrder {
  const capacity = direntSpace(blockSize, summed);
  const hashes = new Uint32Array(names.length);
  const minors = new Uint32Array(names.length);
  for (const [index, name] of names.entries()) {
    const { hash, minor } = hasher(name);
    hashes[index] = hash;
    minors[index] = minor;
  }
  const order = Uint32Array.from(names.keys());
  order.sort((a, b) => hashes[a]! - hashes[b]! || minors[a]! - minors[b]! || a - b);
  const starts: number[] = [];
  const leafHashes: number[] = [];
  let used = blockSize;
  let previous = -1;
  for (const [index, position] of order.entries()) {
    const size = direntSize(names[position]!.length);
    const hash = hashes[position]!;
    if (used + size > capacity) {
      starts.push(index);
      leafHashes.push(index === 0 ? 0 : hash + (hash === previous ? 1 : 0));
      used = 0;
    }
    used += size;
    previous = hash;
  }
  return { order, starts, hashes: leafHashes };
}

/** Blocks of index nodes between root and leaves, level by level from the leaves up; none where the root suffices. */
function nodeLevels(leaves: number, blockSize: number, summed: boolean): number[] {
  const levels: number[] = [];
  for (let count = leaves; count > rootLimit(blockSize, summed); ) {
    count = divCeil(count, nodeLimit(blockSize, summed));
    levels.push(count);
  }
  return levels;
}

/** Most leaves an index refers to: two levels of entries, and a third with large_dir. */
export function mostLeaves(blockSize: number, summed = true, largeDirectories = false): number {
  const node = nodeLimit(blockSize, summed);
  return rootLimit(blockSize, summed) * (largeDirectories ? node * node : node);
}

/** Blocks of an indexed directory: root, nodes, leaves. */
export function indexedBlocks(leaves: number, blockSize: number, summed = true): number {
  return 1 + nodeLevels(leaves, blockSize, summed).reduce((sum, blocks) => sum + blocks, 0) + leaves;
}

interface IndexEntry {
  readonly hash: number;
  readonly block: number;
}

/** Renders an indexed directory. `entryAt` gives the entry of a position in the names; `seed` is that of the inode. */
export function renderIndexed(
  { order, starts, hashes }: HashOrder,
  entryAt: (position: number) => Dirent,
  inodes: { readonly self: number; readonly parent: number },
  blockSize: number,
  seed: Seed,
): Uint8Array {
  const summed = seed !== undefined;
  const levels = nodeLevels(starts.length, blockSize, summed);
  const total = indexedBlocks(starts.length, blockSize, summed);
  const bytes = new Uint8Array(total * blockSize);
  const blockAt = (index: number) => bytes.subarray(index * blockSize, (index + 1) * blockSize);
  // The leaves come last, before them the nodes that refer to them, and so on: the highest level follows the root.
  let first = total - starts.length;
  for (const [index, start] of starts.entries()) {
    const positions = order.subarray(start, starts[index + 1] ?? order.length);
    renderLeaf(Array.from(positions, entryAt), blockAt(first + index), seed);
  }
  let entries: IndexEntry[] = hashes.map((hash, index) => ({ hash, block: first + index }));
  const limit = nodeLimit(blockSize, summed);
  for (const nodes of levels) {
    first -= nodes;
    const above: IndexEntry[] = [];
    for (let index = 0; index < nodes; index++) {
      const part = entries.slice(index * limit, (index + 1) * limit);
      const block = blockAt(first + index);
      writeUnused(block, 0, blockSize);
      writeIndex(block, NODE_ENTRIES_AT, limit, part, seed);
      above.push({ hash: part[0]!.hash, block: first + index });
    }
    entries = above;
  }
  renderRoot(blockAt(0), inodes, levels.length, entries, seed);
  return bytes;
}

function renderRoot(
  block: Uint8Array,
  inodes: { readonly self: number; readonly parent: number },
  levels: number,
  entries: readonly IndexEntry[],
  seed: Seed,
): void {
  const [dot, dotDot] = dotEntries(inodes.self, inodes.parent) as [Dirent, Dirent];
  writeDirent(block, 0, dot, direntSize(1));
  writeDirent(block, direntSize(1), dotDot, block.length - direntSize(1));
  block.set([0, 0, 0, 0, HALF_MD4, ROOT_INFO_SIZE, levels, 0], ROOT_INFO_AT);
  writeIndex(block, ROOT_ENTRIES_AT, rootLimit(block.length, seed !== undefined), entries, seed);
}

/** Where the entries of an index block begin; undefined for a block that holds names. `lengths`: of its first two records. */
export function indexEntriesAt(
  blockSize: number,
  first: number,
  second: number,
  isUnused: boolean,
): number | undefined {
  if (isUnused) return first === blockSize ? NODE_ENTRIES_AT : undefined;
  const isRoot = first === direntSize(1) && second === blockSize - direntSize(1);
  return isRoot ? ROOT_ENTRIES_AT : undefined;
}

/** Whether an index block whose entries begin at `from` has the checksum that it should. */
export function isIndexSealed(block: Uint8Array, from: number, seed: number): boolean {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const limit = view.getUint16(from, true);
  const count = view.getUint16(from + 2, true);
  const tail = from + limit * ENTRY;
  if (count > limit || tail + INDEX_TAIL > block.length) return false;
  const sum = crc32cWord(crc32cWord(crc32c(seed, block, 0, from + count * ENTRY), view.getUint32(tail, true)), 0);
  return sum === view.getUint32(tail + 4, true);
}

/** The first entry has no hash: its place holds the limit and the count. */
function writeIndex(block: Uint8Array, from: number, limit: number, entries: readonly IndexEntry[], seed: Seed) {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  for (const [index, { hash, block: target }] of entries.entries()) {
    view.setUint32(from + index * ENTRY, hash, true);
    view.setUint32(from + index * ENTRY + 4, target, true);
  }
  view.setUint16(from, limit, true);
  view.setUint16(from + 2, entries.length, true);
  if (seed === undefined) return;
  // The reserved word of the tail and the checksum's own zero word are summed too.
  const sum = crc32cWord(crc32cWord(crc32c(seed, block, 0, from + entries.length * ENTRY), 0), 0);
  view.setUint32(from + limit * ENTRY + 4, sum, true);
}
