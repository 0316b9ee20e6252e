// Places file contents: which blocks each one has, and which fragment takes its tail. Sizes are exact, so all of this is
// known before anything is read.

import { alignDown, alignUp, divCeil } from '../../bytes/index.js';
import type { ExactContent } from '../../io/index.js';
import { NO_FRAGMENT } from './data-block.js';
import type { ResolvedOptions } from './options.js';
import type { Leaf } from './plan-inodes.js';

/** The contents in the order they are stored; every array has one item per content. */
export interface PlannedData {
  readonly contents: readonly ExactContent[];
  /** Data blocks, sparse ones included. */
  readonly blockCounts: Float64Array;
  /** Index of the content's first size word among the words of all contents. */
  readonly firstWords: Float64Array;
  /** {@link NO_FRAGMENT} for none. */
  readonly fragments: Uint32Array;
  readonly fragmentOffsets: Uint32Array;
  /** Which content a file has; files of no bytes are not listed. Equal content objects are stored once. */
  readonly indexes: ReadonlyMap<ExactContent, number>;
  readonly wordCount: number;
  readonly fragmentCount: number;
  /** Bytes of all contents. */
  readonly totalSize: number;
  /** Most bytes that blocks, fragments and the gaps of alignment can take in the image. */
  readonly limit: number;
}

/** Gives every content its blocks and its place in a fragment. */
export function planData(leaves: readonly Leaf[], options: ResolvedOptions): PlannedData {
  const { contents, indexes } = distinctContents(leaves, options.priorities);
  const { blockSize, sparse, alignTo } = options;
  const blockCounts = new Float64Array(contents.length);
  const firstWords = new Float64Array(contents.length);
  const fragments = new Uint32Array(contents.length).fill(NO_FRAGMENT);
  const fragmentOffsets = new Uint32Array(contents.length);
  let wordCount = 0;
  let totalSize = 0;
  let limit = 0;
  let fragment = -1;
  let filled = blockSize;
  for (const [index, content] of contents.entries()) {
    const { size } = content;
    const tail = tailInFragment(content, options);
    if (tail > 0) {
      if (filled + tail > blockSize) {
        fragment++;
        filled = 0;
      }
      fragments[index] = fragment;
      fragmentOffsets[index] = filled;
      filled += tail;
    }
    const blocks = divCeil(size - tail, blockSize);
    blockCounts[index] = blocks;
    firstWords[index] = wordCount;
    wordCount += blocks;
    totalSize += size;
    limit += size - (sparse ? knownSparse(content, blockSize) : 0) + (blocks > 0 ? alignTo - 1 : 0);
  }
  const fragmentCount = fragment + 1;
  return {
    contents,
    indexes,
    blockCounts,
    firstWords,
    fragments,
    fragmentOffsets,
    wordCount,
    fragmentCount,
    totalSize,
    limit,
  };
}

function distinctContents(leaves: readonly Leaf[], priorities: ReadonlyMap<ExactContent, number>) {
  const contents = new Set<ExactContent>();
  for (const leaf of leaves) if (leaf.kind === 'file' && leaf.content.size > 0) contents.add(leaf.content);
  const list = [...contents];
  const priorityOf = (content: ExactContent) => priorities.get(content) ?? 0;
  if (priorities.size > 0) list.sort((a, b) => priorityOf(b) - priorityOf(a));
  return { contents: list, indexes: new Map(list.map((content, index) => [content, index])) };
}

/** Bytes of the content's end that go into a fragment. */
function tailInFragment(content: ExactContent, options: ResolvedOptions): number {
  const { blockSize, fragments, tailPacking, sparse, unfragmented, uncompressed } = options;
  const { size, holes } = content;
  if (unfragmented.has(content) || uncompressed.has(content)) return 0;
  const tail = size % blockSize;
  if (!fragments || (size > blockSize && !tailPacking)) return 0;
  // A tail known to be zeros costs nothing as a sparse block.
  const last = holes?.at(-1);
  return sparse && last && last.at <= size - tail && last.at + last.length === size ? 0 : tail;
}

/** Bytes of the blocks that lie in holes altogether. */
function knownSparse(content: ExactContent, blockSize: number): number {
  let bytes = 0;
  for (const hole of content.holes ?? []) {
    const end = hole.at + hole.length;
    const last = end === content.size ? end : alignDown(end, blockSize);
    bytes += Math.max(0, last - alignUp(hole.at, blockSize));
  }
  return bytes;
}
