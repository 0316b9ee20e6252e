// Content of a size that is known at its end, produced now: its bytes are kept, and its size is exact.

import { InternalError } from '../errors.js';
import { type Content, isBackpatch, isHole, type Piece, pieceLength, type Run, type Source } from './content.js';
import { type Extent, extentsSource } from './mapped.js';
import { bytesSource, zeros } from './memory.js';
import type { Spool } from './spool.js';

/** The bytes of pieces without backpatches, kept in the spool or in memory. */
export async function storedPieces(pieces: AsyncIterable<Piece>, spool: Spool | undefined): Promise<Source> {
  if (spool) return spool.keep(bytesSource(new Uint8Array(0)), () => bytesOfPieces(pieces));
  const parts: Uint8Array[] = [];
  for await (const bytes of bytesOfPieces(pieces)) parts.push(bytes.slice());
  return extentsSource(parts.map((bytes): Extent => ({ bytes, length: bytes.length })));
}

/** Produces content whose first piece is known last. */
export async function finishedContent(content: Content, spool: Spool | undefined, run: Run): Promise<Source> {
  const pieces = content.pieces(run)[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done || !isBackpatch(first.value)) {
    throw new InternalError('internal.head', 'The content does not begin with what is known last.');
  }
  const rest = await storedPieces({ [Symbol.asyncIterator]: () => pieces }, spool);
  const head = first.value.render();
  return extentsSource([
    { bytes: head, length: head.length },
    { from: rest, at: 0, length: rest.size },
  ]);
}

async function* bytesOfPieces(pieces: AsyncIterable<Piece>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (isBackpatch(piece)) throw new InternalError('internal.backpatch', 'Only the head of an image is known last.');
    if (!isHole(piece)) yield piece;
    else yield* zeros(pieceLength(piece));
  }
}
