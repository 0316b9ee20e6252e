// The compressed data of an opened image that a changed tree still needs: it is copied, not compressed again.

import { InvalidImageError } from '../../errors.js';
import type { ExactContent, Range } from '../../io/index.js';
import { type FileTree, visitNodes } from '../../tree/index.js';
import { type FragmentEntry, NO_FRAGMENT, SPARSE_BLOCK, sizeOfWord } from './data-block.js';
import { StoredFile, type StoredPlace } from './read-content.js';
import { damaged, type Volume } from './read-volume.js';
import { superblock } from './superblock.js';

/** The stored form of a content, as far as it is copied. Places count from the first byte of the data in the new image. */
export interface KeptContent {
  /** First byte of its blocks. */
  readonly at: number;
  /** Size words of its blocks. */
  readonly words: Uint32Array;
  /** Bytes in sparse blocks. */
  readonly sparse: number;
  /** Number of the fragment with its tail in the new image; {@link NO_FRAGMENT} if it has no tail, or that is packed again. */
  readonly fragment: number;
  readonly fragmentOffset: number;
  /** Bytes at its end that are packed again, because other files have left its fragment. */
  readonly loose: number;
}

/** Data to copy. */
export interface KeptData {
  /** Parts of the old image, in the order in which they are in the new one, back to back. */
  readonly ranges: readonly Range[];
  /** Bytes of all ranges. */
  readonly length: number;
  readonly fragments: readonly FragmentEntry[];
  /** From each content with a loose end to the first one whose end is the same bytes of the old image. */
  readonly equalTails: ReadonlyMap<ExactContent, ExactContent>;
  /** The stored form of a content of the old image; undefined for any other content. */
  of(content: ExactContent): KeptContent | undefined;
}

/**
 * Finds the data of `before`, the tree of the image, that `after` still needs. Blocks are kept one file at a time. A fragment is kept if all
 * tails in it are; otherwise the others are packed again, so that no bytes of removed files remain.
 */
export async function keptData(volume: Volume, before: FileTree, after: FileTree): Promise<KeptData> {
  const places = placesIn(volume, after);
  const entries = await keptFragments(volume, placesIn(volume, before), places);
  const blocks = places.flatMap((place) => blockRange(volume, place));
  const ranges = joined([...blocks, ...[...entries.values()].map(({ at, sizeWord }) => rangeOf(at, sizeWord))]);
  const moved = movedTo(ranges);
  for (const range of ranges) checkRange(volume, range);
  const numbers = new Map([...entries.keys()].map((old, number) => [old, number]));
  return {
    ranges,
    length: ranges.reduce((sum, { length }) => sum + length, 0),
    fragments: [...entries.values()].map((entry) => ({ ...entry, at: moved(entry.at) })),
    equalTails: looseTwins(volume, after, numbers),
    of: (content) => {
      const place = StoredFile.placeIn(volume, content);
      return place && keptContent(volume, place, numbers.get(place.fragment), moved);
    },
  };
}

function keptContent(
  volume: Volume,
  place: StoredPlace,
  number: number | undefined,
  moved: (at: number) => number,
): KeptContent {
  const { blockSize } = volume.superblock;
  const { words, size, fragmentOffset } = place;
  const tail = Math.max(0, size - words.length * blockSize);
  let sparse = 0;
  for (const [index, word] of words.entries()) {
    if (word === SPARSE_BLOCK) sparse += Math.min(blockSize, size - index * blockSize);
  }
  const [blocks] = blockRange(volume, place);
  return {
    at: blocks ? moved(blocks.at) : 0,
    words,
    sparse,
    fragment: number ?? NO_FRAGMENT,
    fragmentOffset: number === undefined ? 0 : fragmentOffset,
    loose: number === undefined ? tail : 0,
  };
}

/** Where the contents of a tree are in the image, in tree order. */
function placesIn(volume: Volume, tree: FileTree): StoredPlace[] {
  const places = new Set<StoredPlace>();
  visitNodes(tree, (node) => {
    const place = node.kind === 'file' ? StoredFile.placeIn(volume, node.content) : undefined;
    if (place) places.add(place);
  });
  return [...places];
}

/** Files that were equal have the same tail in the old image: it is packed again once. */
function looseTwins(
  volume: Volume,
  after: FileTree,
  kept: ReadonlyMap<number, number>,
): ReadonlyMap<ExactContent, ExactContent> {
  const first = new Map<string, ExactContent>();
  const twins = new Map<ExactContent, ExactContent>();
  visitNodes(after, (node) => {
    const place = node.kind === 'file' ? StoredFile.placeIn(volume, node.content) : undefined;
    if (node.kind !== 'file' || !place || place.fragment === NO_FRAGMENT || kept.has(place.fragment)) return;
    const key = tailKey(volume, place);
    const twin = first.get(key);
    if (!twin) first.set(key, node.content);
    else if (twin !== node.content) twins.set(node.content, twin);
  });
  return twins;
}

/** Equal for tails that are the same bytes of the image. */
function tailKey({ superblock: { blockSize } }: Volume, { fragment, fragmentOffset, size }: StoredPlace): string {
  return `${fragment} ${fragmentOffset} ${size % blockSize}`;
}

/** The fragments all of whose tails stay, by their old numbers in order. */
async function keptFragments(
  volume: Volume,
  before: readonly StoredPlace[],
  after: readonly StoredPlace[],
): Promise<Map<number, FragmentEntry>> {
  const tailOf = (place: StoredPlace) => tailKey(volume, place);
  const tails = after.filter(({ fragment }) => fragment !== NO_FRAGMENT);
  const staying = new Set(tails.map(tailOf));
  const broken = new Set(before.filter((place) => !staying.has(tailOf(place))).map(({ fragment }) => fragment));
  const numbers = [...new Set(tails.map(({ fragment }) => fragment))].sort((a, b) => a - b);
  const entries = new Map<number, FragmentEntry>();
  for (const number of numbers) if (!broken.has(number)) entries.set(number, await volume.fragment(number));
  return entries;
}

/** The bytes of a file's blocks in the image; none for a file without any. */
function blockRange({ superblock: { blockSize } }: Volume, { at, words }: StoredPlace): Range[] {
  let length = 0;
  for (const word of words) {
    const block = sizeOfWord(word).length;
    if (block > blockSize) throw damaged('block', `A block of ${block} bytes is not possible.`, at);
    length += block;
  }
  return length > 0 ? [{ at, length }] : [];
}

function rangeOf(at: number, word: number): Range {
  return { at, length: sizeOfWord(word).length };
}

/** Data is between the superblock and the inode table. */
function checkRange({ superblock: { inodeTableAt } }: Volume, { at, length }: Range): void {
  if (at >= superblock.size && at + length <= inodeTableAt) return;
  throw new InvalidImageError('squashfs.out-of-range', 'Data of a file is outside the part of the image for data.', {
    at,
  });
}

/** Ranges in order; those that overlap or touch become one. */
function joined(ranges: Range[]): Range[] {
  const list: { at: number; length: number }[] = [];
  for (const { at, length } of ranges.sort((a, b) => a.at - b.at)) {
    const last = list.at(-1);
    if (last && at <= last.at + last.length) last.length = Math.max(last.length, at + length - last.at);
    else list.push({ at, length });
  }
  return list;
}

/** Finds the new place of a byte in the ranges when they are back to back. */
function movedTo(ranges: readonly Range[]): (at: number) => number {
  const starts = new Float64Array(ranges.length);
  let done = 0;
  for (const [index, { length }] of ranges.entries()) {
    starts[index] = done;
    done += length;
  }
  return (at) => {
    let [low, high] = [0, ranges.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (ranges[middle]!.at <= at) low = middle;
      else high = middle - 1;
    }
    return starts[low]! + at - ranges[low]!.at;
  };
}
