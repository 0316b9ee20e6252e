// Contents back to back in their slots, files among them read ahead.

import { BATCH, Batches } from './batches.js';
import { type Data, type ExactContent, isHole, pieceLength, type Range, type Run } from './content.js';
import { FAST } from './fast-path.js';
import { exactly } from './pieces.js';
import type { FilePlace } from './range-list.js';
import type { Unread } from './unread.js';

/** One content and the bytes it occupies: its own size, then zeros. */
export interface Slot {
  readonly content: ExactContent;
  /** Bytes occupied, ≥ those of the content that are in the slot. */
  readonly span: number;
  /** Takes the last bytes of the content, which are not in the slot. They are there when the stream has ended. */
  readonly end?: Uint8Array;
  /** The ranges of the content that are in the slot, back to back; all but its end if absent. */
  readonly taken?: readonly Range[];
}

const NO_END = new Uint8Array(0);

/**
 * Contents back to back, each zero-filled to its span. Contents that can be read synchronously are collected
 * into batches, so that many small files cost few pieces; files that threads can read are read ahead into them.
 */
export function packed(slots: Iterable<Slot>, run: Run): AsyncGenerator<Data>;
/** With `unread`, pieces whose bytes are all in files that threads can read are left to the writer. */
export function packed(slots: Iterable<Slot>, run: Run, unread: boolean): AsyncGenerator<Data | Unread>;
export async function* packed(slots: Iterable<Slot>, run: Run, unread = false): AsyncGenerator<Data | Unread> {
  const batches = new Batches(run, unread);
  try {
    for (const slot of slots) {
      const { content, span, end = NO_END, taken } = slot;
      const { size } = content;
      const fast = content[FAST];
      // Nothing to read, and no file that could have grown.
      if (size === 0 && span === 0 && !fast) continue;
      const origin = fast?.origin;
      const isWhole = content.holes.length === 0 && !taken;
      if (origin && isWhole && batches.readWhole(size, origin, span, end)) continue;
      if (origin) {
        fast.check?.();
        yield* batches.readBy(origin.reader);
        yield* readAhead(slot, origin, batches);
      } else if (fast?.bytes && !taken && Math.max(span, size) <= BATCH) {
        if (batches.room < Math.max(span, size)) yield* batches.next();
        batches.copy(content, span, end);
      } else {
        yield* batches.drain();
        yield* inPieces(slot, run);
      }
    }
    yield* batches.drain();
    batches.leave();
  } finally {
    await batches.settled();
  }
}

/** The data between the holes as ranges to be read, the holes as they are, the end apart. */
async function* readAhead(slot: Slot, place: FilePlace, batches: Batches): AsyncGenerator<Data | Unread> {
  const { content, span, end = NO_END } = slot;
  const { size } = content;
  let filled = 0;
  let isEndRead = false;
  for (const { at, length, isHole } of portions(slot)) {
    filled += length;
    if (isHole) {
      yield* batches.skip(length);
      continue;
    }
    for (let done = 0; done < length; ) {
      if (batches.room === 0) yield* batches.next();
      const take = Math.min(length - done, batches.room);
      batches.read(place, at + done, take, at + done + take === size);
      done += take;
    }
    isEndRead = at + length === size;
  }
  if (end.length > 0) {
    if (batches.room < end.length) yield* batches.next();
    batches.readEnd(place, size - end.length, end);
  } else if (!isEndRead) {
    // Nothing is expected there. It detects growth.
    batches.read(place, size, 0, true);
  }
  yield* batches.skip(span - filled);
}

/** Data and holes of the ranges in a slot. */
function* portions({ content, end = NO_END, taken }: Slot): Generator<Range & { readonly isHole: boolean }> {
  const { size, holes } = content;
  let next = 0;
  for (const range of taken ?? [{ at: 0, length: size - end.length }]) {
    const stop = range.at + range.length;
    for (let at = range.at; at < stop; ) {
      while (next < holes.length && holes[next]!.at + holes[next]!.length <= at) next++;
      const hole = holes[next];
      const isHole = hole !== undefined && hole.at <= at;
      const to = Math.min(stop, isHole ? hole.at + hole.length : (hole?.at ?? stop));
      yield { at, length: to - at, isHole };
      at = to;
    }
  }
}

/** A slot out of the pieces of its content. */
async function* inPieces({ content, span, end = NO_END, taken }: Slot, run: Run): AsyncGenerator<Data> {
  const endsAt = content.size - end.length;
  const ranges = taken ?? [{ at: 0, length: endsAt }];
  let at = 0;
  let next = 0;
  let filled = 0;
  for await (const piece of exactly(content, run)) {
    const stop = at + pieceLength(piece);
    for (let range = ranges[next]; range && range.at < stop; range = ranges[next]) {
      const from = Math.max(range.at, at);
      const to = Math.min(range.at + range.length, stop);
      if (to > from) yield part(piece, from - at, to - at);
      filled += Math.max(to - from, 0);
      if (range.at + range.length > stop) break;
      next++;
    }
    const from = Math.max(endsAt, at);
    if (stop > from) fill(end.subarray(from - endsAt), part(piece, from - at, stop - at));
    at = stop;
  }
  if (span > filled) yield { hole: span - filled };
}

function part(piece: Data, from: number, to: number): Data {
  return isHole(piece) ? { hole: to - from } : piece.subarray(from, to);
}

function fill(into: Uint8Array, piece: Data): void {
  if (isHole(piece)) into.fill(0, 0, piece.hole);
  else into.set(piece);
}
