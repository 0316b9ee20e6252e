// Places file contents: which blocks each one has, and which fragment takes its tail. Sizes are exact, so all of this is
// known before anything is read.

import { alignDown, alignUp, divCeil } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { ExactContent } from '../../io/index.js';
import type { KeptContent, KeptData } from './kept-data.js';
import type { ResolvedOptions } from './options.js';
import type { PlannedInodes } from './plan-inodes.js';
import { type PlacesByContent, TailPlaces, tailInFragment } from './tail-places.js';

/** The contents in the order they are stored; every array has one item per content. */
export interface PlannedData {
  readonly contents: readonly ExactContent[];
  /** The content of each leaf, {@link NO_CONTENT} for what has no bytes. Equal content objects are stored once. */
  readonly contentOf: Uint32Array;
  /** Data blocks, sparse ones included. */
  readonly blockCounts: Uint32Array;
  /** Index of the content's first size word among the words of all contents. */
  readonly firstWords: Uint32Array;
  /** NO_FRAGMENT for none. */
  readonly fragments: Uint32Array;
  readonly fragmentOffsets: Uint32Array;
  readonly wordCount: number;
  readonly fragmentCount: number;
  /** Bytes of all contents, of equal tails once. */
  readonly totalSize: number;
  /** Most bytes that blocks, fragments and the gaps of alignment can take in the image. */
  readonly limit: number;
  /** Undefined if all data is new. */
  readonly kept: KeptContents | undefined;
}

/** Contents whose stored form is copied from an old image. */
export interface KeptContents {
  readonly data: KeptData;
  readonly forms: ReadonlyMap<number, KeptContent>;
  /** Size words of their blocks: the first of all words. */
  readonly wordCount: number;
  /** Contents of which bytes are read, in order: all of new ones, the loose end of others. */
  readonly read: readonly number[];
  /** Bytes that are read. */
  readonly readSize: number;
}

/** The content of a leaf without bytes. */
export const NO_CONTENT = 0xffff_ffff;
/** Their size words take 4 GiB of memory. */
const MAX_BLOCKS = 2 ** 30;

/** Gives every content its blocks and its place in a fragment; `old` is data that is copied, `order` that of an earlier image. */
export function planData(
  inodes: PlannedInodes,
  options: ResolvedOptions,
  { old, order }: { readonly old?: KeptData | undefined; readonly order?: PlacesByContent | undefined } = {},
): PlannedData {
  const { contents, contentOf } = distinctContents(inodes, comparison(options.priorities, order));
  const { blockSize, sparse, alignTo } = options;
  const blockCounts = new Uint32Array(contents.length);
  const firstWords = new Uint32Array(contents.length);
  const tails = new TailPlaces(contents.length, options, { fragments: old?.fragments.length ?? 0, order });
  const kept = old && keptContents(contents, old);
  let wordCount = 0;
  for (const [index, { words }] of kept?.forms ?? []) {
    blockCounts[index] = words.length;
    firstWords[index] = wordCount;
    wordCount += words.length;
  }
  let totalSize = 0;
  let limit = old?.length ?? 0;
  for (let index = 0; index < contents.length; index++) {
    const content = contents[index]!;
    const { size } = content;
    const form = kept?.forms.get(index);
    if (form) {
      tails.keep(index, content, form);
      totalSize += size;
      limit += form.loose;
      continue;
    }
    const tail = tailInFragment(content, options);
    const packed = tail > 0 && !tails.place(index, content, tail) ? size - tail : size;
    const blocks = divCeil(size - tail, blockSize);
    blockCounts[index] = blocks;
    firstWords[index] = wordCount;
    wordCount += blocks;
    totalSize += packed;
    limit += packed - (sparse ? knownSparse(content, blockSize) : 0) + (blocks > 0 ? alignTo - 1 : 0);
  }
  if (wordCount > MAX_BLOCKS) {
    const message = `The files have ${wordCount} blocks of ${blockSize} bytes; the maximum is ${MAX_BLOCKS}.`;
    throw new InvalidInputError('squashfs.too-many-blocks', message, { hint: 'Choose a larger block size.' });
  }
  const { fragments, offsets: fragmentOffsets, count: fragmentCount } = tails;
  return {
    contents,
    contentOf,
    blockCounts,
    firstWords,
    fragments,
    fragmentOffsets,
    wordCount,
    fragmentCount,
    totalSize,
    limit,
    kept,
  };
}

function keptContents(contents: readonly ExactContent[], data: KeptData): KeptContents {
  const forms = new Map<number, KeptContent>();
  const read: number[] = [];
  let [wordCount, readSize] = [0, 0];
  for (const [index, content] of contents.entries()) {
    const form = data.of(content);
    const unread = form ? content.size - form.loose : 0;
    if (form) forms.set(index, form);
    if (unread < content.size) read.push(index);
    readSize += content.size - unread;
    wordCount += form?.words.length ?? 0;
  }
  return { data, forms, wordCount, read, readSize };
}

/** The contents in the order they are stored, and the place of each leaf's in it. */
function distinctContents({ leaves, contentOwners }: PlannedInodes, compare: Comparison | undefined) {
  const contentOf = new Uint32Array(leaves.length).fill(NO_CONTENT);
  const contents: ExactContent[] = new Array(leaves.length);
  let count = 0;
  for (let index = 0; index < leaves.length; index++) {
    const leaf = leaves[index]!;
    if (leaf.kind !== 'file' || leaf.content.size === 0) continue;
    const owner = contentOwners[index]!;
    contentOf[index] = owner === index ? count : contentOf[owner]!;
    if (owner === index) contents[count++] = leaf.content;
  }
  contents.length = count;
  if (!compare) return { contents, contentOf };
  const order = [...contents.keys()].sort((a, b) => compare(contents[a]!, contents[b]!));
  const places = new Uint32Array(count);
  for (const [place, index] of order.entries()) places[index] = place;
  return {
    contents: order.map((index) => contents[index]!),
    contentOf: contentOf.map((index) => places[index] ?? NO_CONTENT),
  };
}

type Comparison = (a: ExactContent, b: ExactContent) => number;

/** By priority, then as in the earlier image; undefined: all are equal. */
function comparison(priorities: ReadonlyMap<ExactContent, number>, kept: PlacesByContent | undefined) {
  if (priorities.size === 0 && !kept) return undefined;
  const priorityOf = (content: ExactContent) => priorities.get(content) ?? 0;
  return (a: ExactContent, b: ExactContent) => {
    const [one, other] = [kept?.get(a), kept?.get(b)];
    const byPriority = priorityOf(b) - priorityOf(a);
    if (byPriority !== 0 || !one || !other) return byPriority;
    return one.group - other.group || one.at - other.at || one.tailAt - other.tailAt;
  };
}

/** Bytes of the blocks that are entirely in holes. */
function knownSparse(content: ExactContent, blockSize: number): number {
  let bytes = 0;
  for (const hole of content.holes) {
    const end = hole.at + hole.length;
    const last = end === content.size ? end : alignDown(end, blockSize);
    bytes += Math.max(0, last - alignUp(hole.at, blockSize));
  }
  return bytes;
}
