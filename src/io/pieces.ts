// Streams of pieces: checked to be as long as planned, selected ranges of them, holes spelled out.

import { assertPlanned } from '../errors.js';
import { type Data, type ExactContent, isHole, pieceLength, type Range, type Run } from './content.js';
import { type Abortable, yieldToEventLoop } from './event-loop.js';
import { zeros } from './memory.js';

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

/** Only the bytes of `ranges` (sorted, disjoint) of a stream, back to back. The rest of the stream is not pulled. */
export async function* cut(pieces: AsyncIterable<Data>, ranges: readonly Range[]): AsyncGenerator<Data> {
  let at = 0;
  let next = 0;
  for await (const piece of pieces) {
    const end = at + pieceLength(piece);
    for (let range = ranges[next]; range && range.at < end; range = ranges[next]) {
      const from = Math.max(range.at, at);
      const to = Math.min(range.at + range.length, end);
      if (to > from) yield isHole(piece) ? { hole: to - from } : piece.subarray(from - at, to - at);
      if (range.at + range.length > end) break;
      next++;
    }
    at = end;
    if (next === ranges.length) return;
  }
}

/** Pieces as plain byte arrays, holes spelled out. An aborted `run` ends it also in a hole. */
export async function* asBytes(pieces: AsyncIterable<Data>, run?: Run): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (isHole(piece)) yield* zerosOf(piece.hole, run);
    else yield piece;
  }
}

/** Zeros between pauses: most consumers of zeros do not wait for anything, and an image may claim a hole of petabytes. */
const PAUSE = 64 * 1024 * 1024;

/** The zeros of a hole, with pauses in which signals arrive. An aborted `run` ends them. */
export async function* zerosOf(hole: number, run: Abortable | undefined): AsyncGenerator<Uint8Array> {
  let done = 0;
  for (const bytes of zeros(hole)) {
    yield bytes;
    done += bytes.length;
    if (done % PAUSE === 0) await yieldToEventLoop(run);
  }
}
