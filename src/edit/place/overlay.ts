// The new disc as ranges of the old one with other bytes laid over them. Nothing is copied before it is written.

import { UnsupportedError } from '../../errors.js';
import { BLOCK } from '../../format/iso9660/index.js';
import {
  bytesSource,
  type Data,
  type ExactContent,
  exactContent,
  exactly,
  type Range,
  type Run,
  type Source,
  zeroContent,
} from '../../io/index.js';

/** Bytes at a place of the new disc. */
export interface Overlay {
  readonly at: number;
  readonly content: ExactContent;
}

/** Where the old disc is cut, and by how many blocks its second part moves back. */
export interface Cut {
  readonly insertAt: number;
  readonly growth: number;
}

/** Bytes laid over the disc. */
export function overlayBytes(at: number, bytes: Uint8Array): Overlay {
  return { at, content: bytesSource(bytes) };
}

/** Content filled up to whole blocks. */
export function overlayBlocks(block: number, content: ExactContent, blocks: number): Overlay[] {
  const rest = blocks * BLOCK - content.size;
  const at = block * BLOCK;
  const padding = rest > 0 ? [{ at: at + content.size, content: zeroContent(rest) }] : [];
  return [...(content.size > 0 ? [{ at, content }] : []), ...padding];
}

/** The disc as content. Ranges `emptied`, in places of the old disc, become zeros if nothing is laid over them. */
export function overlaid(
  image: Source,
  { insertAt, growth }: Cut,
  overlays: readonly Overlay[],
  emptied: readonly Range[],
): ExactContent {
  const cutAt = Math.min(insertAt * BLOCK, image.size);
  const added = growth * BLOCK;
  const size = image.size + added;
  const holes = merged(emptied);
  const sorted = [...overlays].sort((a, b) => a.at - b.at);
  const segments: ExactContent[] = [];
  let end = 0;
  const fillTo = (to: number) => {
    for (const [from, until, source] of oldRanges(end, to, cutAt, added)) {
      const length = until - from;
      if (source === undefined) segments.push(zeroContent(length));
      else segments.push(...oldSegments(image, { at: source, length }, holes));
    }
    end = to;
  };
  for (const { at, content } of sorted) {
    if (at < end || at + content.size > size) {
      const message = 'Structures of the disc share the same bytes, so they cannot be changed one by one.';
      throw new UnsupportedError('edit.overlap', message, { at });
    }
    fillTo(at);
    segments.push(content);
    end = at + content.size;
  }
  fillTo(size);
  return exactContent(size, (run) => concatenated(segments, run));
}

/** The ranges of the old disc between two places of the new one, and zeros in the space that was made. */
function* oldRanges(
  from: number,
  to: number,
  cutAt: number,
  added: number,
): Generator<readonly [from: number, to: number, source: number | undefined]> {
  const parts = [
    { start: 0, end: cutAt, move: 0, isOld: true },
    { start: cutAt, end: cutAt + added, move: 0, isOld: false },
    { start: cutAt + added, end: Number.POSITIVE_INFINITY, move: added, isOld: true },
  ];
  for (const { start, end, move, isOld } of parts) {
    const [first, last] = [Math.max(from, start), Math.min(to, end)];
    if (first < last) yield [first, last, isOld ? first - move : undefined];
  }
}

/** Sorted, and joined where they touch. */
function merged(ranges: readonly Range[]): Range[] {
  const list: { at: number; length: number }[] = [];
  for (const { at, length } of [...ranges].sort((a, b) => a.at - b.at)) {
    const last = list.at(-1);
    if (last && at <= last.at + last.length) last.length = Math.max(last.length, at + length - last.at);
    else list.push({ at, length });
  }
  return list;
}

function* oldSegments(image: Source, { at, length }: Range, holes: readonly Range[]): Generator<ExactContent> {
  let done = at;
  const end = at + length;
  for (const hole of holes) {
    const [from, to] = [Math.max(hole.at, done), Math.min(hole.at + hole.length, end)];
    if (from >= to) continue;
    if (from > done) yield image.slice({ at: done, length: from - done });
    yield zeroContent(to - from);
    done = to;
  }
  if (done < end) yield image.slice({ at: done, length: end - done });
}

async function* concatenated(segments: readonly ExactContent[], run: Run): AsyncGenerator<Data> {
  for (const segment of segments) yield* exactly(segment, run);
}
