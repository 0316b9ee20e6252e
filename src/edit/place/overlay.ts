// The new disc: ranges of the old one, with other bytes laid over them. Nothing is read before the disc is written.

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
import type { Cut } from './places.js';

/** Bytes at a place of the new disc. */
export interface Overlay {
  readonly at: number;
  readonly content: ExactContent;
}

/** Bytes laid over the disc. */
export function overlayBytes(at: number, bytes: Uint8Array): Overlay {
  return { at, content: bytesSource(bytes) };
}

/** Content padded with zeros to a number of blocks. */
export function overlayBlocks(block: number, content: ExactContent, blocks: number): Overlay[] {
  const rest = blocks * BLOCK - content.size;
  const at = block * BLOCK;
  const padding = rest > 0 ? [{ at: at + content.size, content: zeroContent(rest) }] : [];
  return [...(content.size > 0 ? [{ at, content }] : []), ...padding];
}

/** A part of the new disc. */
export interface Segment extends Overlay {
  /** Old bytes at their old place, old bytes at another place, or other bytes. */
  readonly kind: 'kept' | 'moved' | 'new';
}

/** The new disc in parts. */
export interface OverlaidDisc {
  readonly size: number;
  /** In order, without gaps. */
  readonly segments: readonly Segment[];
}

/** Lays bytes over the disc. The ranges `emptied`, which are places of the old disc, become zeros where nothing is laid over them. */
export function overlaid(
  image: Source,
  cuts: readonly Cut[],
  overlays: readonly Overlay[],
  emptied: readonly Range[],
): OverlaidDisc {
  const size = image.size + (cuts.at(-1)?.by ?? 0) * BLOCK;
  const runs = movedRuns(image.size, cuts);
  const holes = merged(emptied);
  const sorted = [...overlays].sort((a, b) => a.at - b.at);
  const segments: Segment[] = [];
  let end = 0;
  const fillTo = (to: number) => {
    for (const [from, until, source] of oldRanges(end, to, runs)) {
      const length = until - from;
      if (source === undefined) segments.push({ at: from, content: zeroContent(length), kind: 'new' });
      else segments.push(...oldSegments(image, { at: source, length }, holes, from - source));
    }
    end = to;
  };
  for (const { at, content } of sorted) {
    if (at < end || at + content.size > size) {
      const message = 'Structures of the disc share the same bytes, so they cannot be changed one by one.';
      throw new UnsupportedError('edit.overlap', message, { at });
    }
    fillTo(at);
    segments.push({ at, content, kind: 'new' });
    end = at + content.size;
  }
  fillTo(size);
  return { size, segments };
}

/** The new disc as content. */
export function contentOfDisc({ size, segments }: OverlaidDisc): ExactContent {
  return exactContent(size, (run) => concatenated(segments, run));
}

/** Bytes of the old disc that the new one does not have: ranges in order, apart from each other. */
export function lostRanges(
  oldSize: number,
  cuts: readonly Cut[],
  overlays: readonly Overlay[],
  emptied: readonly Range[],
): Range[] {
  const runs = movedRuns(oldSize, cuts);
  const covered = overlays.flatMap(({ at, content }) =>
    [...oldRanges(at, at + content.size, runs)].flatMap(([from, to, source]) =>
      source === undefined ? [] : [{ at: source, length: to - from }],
    ),
  );
  return merged([...covered, ...emptied.filter(({ length }) => length > 0)]);
}

/** The place on the new disc of each part of the old one that moved as a whole. */
export function movedParts(oldSize: number, cuts: readonly Cut[]): { readonly old: Range; readonly at: number }[] {
  return movedRuns(oldSize, cuts).flatMap(({ start, end, source }) =>
    source === undefined ? [] : [{ old: { at: source, length: end - start }, at: start }],
  );
}

/** A run of bytes of the new disc, from the old disc or inserted at a cut. */
interface MovedRun {
  readonly start: number;
  readonly end: number;
  /** First byte on the old disc; undefined for inserted space. */
  readonly source: number | undefined;
}

/** The parts of the old disc between the cuts, each moved back, and the inserted space before them. */
function movedRuns(size: number, cuts: readonly Cut[]): MovedRun[] {
  const runs: MovedRun[] = [];
  let [done, moved] = [0, 0];
  const add = (to: number) => {
    if (to > done) runs.push({ start: done + moved, end: to + moved, source: done });
    done = Math.max(done, to);
  };
  for (const { from, by } of cuts) {
    add(Math.min(from * BLOCK, size));
    if (by * BLOCK > moved) runs.push({ start: done + moved, end: done + by * BLOCK, source: undefined });
    moved = by * BLOCK;
  }
  add(size);
  return runs;
}

/** The part of the runs between two places of the new disc. */
function* oldRanges(
  from: number,
  to: number,
  runs: readonly MovedRun[],
): Generator<readonly [from: number, to: number, source: number | undefined]> {
  for (const { start, end, source } of runs) {
    const [first, last] = [Math.max(from, start), Math.min(to, end)];
    if (first < last) yield [first, last, source === undefined ? undefined : source + first - start];
  }
}

/** Ranges sorted, and joined if they touch. */
function merged(ranges: readonly Range[]): Range[] {
  const list: { at: number; length: number }[] = [];
  for (const { at, length } of [...ranges].sort((a, b) => a.at - b.at)) {
    const last = list.at(-1);
    if (last && at <= last.at + last.length) last.length = Math.max(last.length, at + length - last.at);
    else list.push({ at, length });
  }
  return list;
}

/** Old bytes of a range, `by` bytes after their old place. */
function* oldSegments(image: Source, { at, length }: Range, holes: readonly Range[], by: number): Generator<Segment> {
  let done = at;
  const end = at + length;
  const old = (from: number, to: number): Segment => {
    return { at: from + by, content: image.slice({ at: from, length: to - from }), kind: by === 0 ? 'kept' : 'moved' };
  };
  for (const hole of holes) {
    const [from, to] = [Math.max(hole.at, done), Math.min(hole.at + hole.length, end)];
    if (from >= to) continue;
    if (from > done) yield old(done, from);
    yield { at: from + by, content: zeroContent(to - from), kind: 'new' };
    done = to;
  }
  if (done < end) yield old(done, end);
}

async function* concatenated(segments: readonly Segment[], run: Run): AsyncGenerator<Data> {
  for (const { content } of segments) yield* exactly(content, run);
}
