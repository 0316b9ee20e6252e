// Streams of pieces put together: contents one behind the other in their slots, and selected ranges of a content.

import { assertPlanned } from '../errors.js';
import { type Data, type ExactContent, isHole, pieceLength, type Range, type Run } from './content.js';
import { zeros } from './memory.js';

const BATCH = 256 * 1024;

/** One content and the bytes it occupies: its own size, then zeros. */
export interface Slot {
  readonly content: ExactContent;
  /** Bytes occupied, ≥ the content's size. */
  readonly span: number;
}

/**
 * Contents one behind the other, each zero-filled to its span. Contents that can be had synchronously are gathered
 * into batches, so that many small files cost few pieces.
 */
export async function* packed(slots: Iterable<Slot>, run: Run): AsyncGenerator<Data> {
  // One array for all batches: a piece is only lent until the next is pulled. The byte more is scratch for contents.
  const batch = new Uint8Array(BATCH + 1);
  let filled = 0;
  for (const { content, span } of slots) {
    if (content.bytes && span <= BATCH) {
      if (filled + span > BATCH) {
        yield batch.subarray(0, filled);
        run.signal?.throwIfAborted();
        filled = 0;
      }
      copyContent(content, batch, filled);
      batch.fill(0, filled + content.size, filled + span);
      filled += span;
      continue;
    }
    if (filled > 0) yield batch.subarray(0, filled);
    filled = 0;
    yield* exactly(content, run);
    if (span > content.size) yield { hole: span - content.size };
  }
  if (filled > 0) yield batch.subarray(0, filled);
}

function copyContent(content: ExactContent, into: Uint8Array, at: number): void {
  if (content.copyInto) {
    content.copyInto(into, at);
    return;
  }
  const bytes = content.bytes!();
  assertPlanned('content size', content.size, bytes.length);
  into.set(bytes, at);
}

/** The pieces of a content, checked to be exactly its size. */
export async function* exactly(content: ExactContent, run: Run): AsyncGenerator<Data> {
  let produced = 0;
  for await (const piece of content.pieces(run)) {
    produced += pieceLength(piece);
    if (produced > content.size) break;
    yield piece;
  }
  assertPlanned('content size', content.size, produced);
}

/** Only the bytes of `ranges` (sorted, disjoint) of a stream, back to back. */
export async function* cut(pieces: AsyncIterable<Data>, ranges: readonly Range[]): AsyncGenerator<Data> {
  let at = 0;
  let turn = 0;
  for await (const piece of pieces) {
    const end = at + pieceLength(piece);
    for (let range = ranges[turn]; range && range.at < end; range = ranges[turn]) {
      const from = Math.max(range.at, at);
      const to = Math.min(range.at + range.length, end);
      if (to > from) yield isHole(piece) ? { hole: to - from } : piece.subarray(from - at, to - at);
      if (range.at + range.length > end) break;
      turn++;
    }
    at = end;
    if (turn === ranges.length) return;
  }
}

/** Pieces as plain byte arrays, holes spelled out. */
export async function* asBytes(pieces: AsyncIterable<Data>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (isHole(piece)) yield* zeros(piece.hole);
    else yield piece;
  }
}
