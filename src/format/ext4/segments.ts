// Which blocks of a file are stored: all but those that are wholly in a hole.

import { divCeil } from '../../bytes/index.js';
import { type ExactContent, partsOfContent } from '../../io/index.js';
import type { DataSpace } from './data-space.js';
import { type Extent, MAX_EXTENT } from './extent.js';

/** Consecutive stored blocks of a file. */
export interface Segment {
  /** First block of the file. */
  readonly logical: number;
  readonly length: number;
}

/** The stored parts of a file's content in their order. */
export function* segmentsOf(content: ExactContent, blockSize: number): Generator<Segment> {
  const end = divCeil(content.size, blockSize);
  let logical = 0;
  for (const hole of content.holes) {
    const from = divCeil(hole.at, blockSize);
    const past = hole.at + hole.length;
    const to = past === content.size ? end : Math.floor(past / blockSize);
    if (to <= from) continue;
    if (from > logical) yield { logical, length: from - logical };
    logical = to;
  }
  if (end > logical) yield { logical, length: end - logical };
}

/** How many blocks a file's content takes. */
export function allocatedBlocks(content: ExactContent, blockSize: number): number {
  if (content.holes.length === 0) return divCeil(content.size, blockSize);
  let blocks = 0;
  for (const { length } of segmentsOf(content, blockSize)) blocks += length;
  return blocks;
}

/** The stored bytes of a file, without what is in holes. */
export function storedContent(content: ExactContent, blockSize: number): ExactContent {
  if (content.holes.length === 0) return content;
  const ranges = Array.from(segmentsOf(content, blockSize), ({ logical, length }) => {
    const at = logical * blockSize;
    return { at, length: Math.min(length * blockSize, content.size - at) };
  });
  return ranges.length === 1 && ranges[0]!.length === content.size ? content : partsOfContent(content, ranges);
}

/** The extents of segments that are back to back in the data space from index `start` on. */
export function* extentsOf(segments: Iterable<Segment>, space: DataSpace, start: number): Generator<Extent> {
  let index = start;
  for (const { logical, length } of segments) {
    let at = logical;
    for (const run of space.runs(index, length)) {
      for (let done = 0; done < run.length; done += MAX_EXTENT) {
        yield { logical: at + done, block: run.block + done, length: Math.min(MAX_EXTENT, run.length - done) };
      }
      at += run.length;
    }
    index += length;
  }
}
