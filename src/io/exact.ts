// Content made of a size and a stream of pieces, with everything else derived from those.

import { type Data, type ExactContent, NO_HOLES, type Range, type Run } from './content.js';
import { FAST, type FastPath } from './fast-path.js';
import { checkRange } from './memory.js';
import { cut, exactly } from './pieces.js';

/** Content of `size` bytes out of its pieces. A part of it is read from the start. */
export function exactContent(
  size: number,
  pieces: (run: Run) => AsyncIterable<Data>,
  holes: readonly Range[] = NO_HOLES,
): ExactContent {
  const content: ExactContent = { size, holes, pieces, slice: (range) => sliced(content, range) };
  return content;
}

/** Content that is rendered as a whole, each time it is requested. */
export function renderedContent(size: number, render: () => Uint8Array): ExactContent {
  async function* pieces(): AsyncGenerator<Data> {
    if (size > 0) yield render();
  }
  return { ...exactContent(size, pieces), [FAST]: { bytes: render } };
}

/** A part of content that can only be read from its start. */
export function sliced(content: ExactContent, range: Range): ExactContent {
  checkRange(range, content.size);
  const pieces = (run: Run) => cut(exactly(content, run), [range]);
  return exactContent(range.length, pieces, holesWithin(content.holes, range));
}

/** The bytes of `ranges` of a content, back to back. All of it is read, so a file that has grown at its end is still an error. */
export function partsOfContent(content: ExactContent, ranges: readonly Range[]): ExactContent {
  const size = ranges.reduce((sum, { length }) => sum + length, 0);
  const end = { at: content.size, length: 0 };
  const parts = exactContent(size, (run) => cut(exactly(content, run), [...ranges, end]));
  return { ...parts, [FAST]: READ_EVEN_IF_EMPTY };
}

/** A content of no bytes is read nevertheless if it has a fast path. */
const READ_EVEN_IF_EMPTY: FastPath = {};

/** Holes as a part of their content has them. */
export function holesWithin(holes: readonly Range[], { at, length }: Range): readonly Range[] {
  if (holes.length === 0) return NO_HOLES;
  const within: Range[] = [];
  // A disc is cut into many parts, and each asks.
  for (let index = firstAfter(holes, at); index < holes.length && holes[index]!.at < at + length; index++) {
    const hole = holes[index]!;
    const [from, to] = [Math.max(hole.at, at), Math.min(hole.at + hole.length, at + length)];
    if (to > from) within.push({ at: from - at, length: to - from });
  }
  return within;
}

/** The first of the holes, which are in order, that ends after a place. */
function firstAfter(holes: readonly Range[], at: number): number {
  let [low, high] = [0, holes.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holes[middle]!.at + holes[middle]!.length <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
