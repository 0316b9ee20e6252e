// Reads many contents in turn, for consumers that need to know which bytes belong to which.

import { type Data, type ExactContent, isHole, pieceLength, type Run } from './content.js';
import { packed, type Slot } from './packed.js';

/** Some bytes of one of many contents, in order; lent as every piece is. */
export interface ContentPart {
  /** Index of the content. */
  readonly index: number;
  readonly piece: Data;
}

/**
 * The bytes of contents in their order, read ahead as {@link packed} does, in groups of parts: most files are much smaller
 * than one read, and one wait serves a whole group. Empty contents have no part. Rejects if a content
 * does not have its size, or one of the `empty` ones is no longer empty.
 */
export async function* contentsAhead(
  contents: readonly ExactContent[],
  run: Run,
  empty: Iterable<ExactContent> = [],
): AsyncGenerator<Iterable<ContentPart>> {
  const place = { index: 0, done: 0 };
  for await (const piece of packed(backToBack(contents, empty), run)) yield partsOf(piece, contents, place);
}

function* backToBack(...lists: Iterable<ExactContent>[]): Generator<Slot> {
  for (const contents of lists) for (const content of contents) yield { content, span: content.size };
}

/** Cuts a piece where contents end. `place` is where it begins, and afterwards where it ended. */
function* partsOf(
  piece: Data,
  contents: readonly ExactContent[],
  place: { index: number; done: number },
): Generator<ContentPart> {
  const length = pieceLength(piece);
  for (let at = 0; at < length; ) {
    const left = contents[place.index]!.size - place.done;
    if (left === 0) {
      place.index++;
      place.done = 0;
      continue;
    }
    const take = Math.min(left, length - at);
    const isWhole = take === length;
    yield {
      index: place.index,
      piece: isWhole ? piece : isHole(piece) ? { hole: take } : piece.subarray(at, at + take),
    };
    place.done += take;
    at += take;
  }
}
