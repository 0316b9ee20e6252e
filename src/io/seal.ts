// Seals: facts of a whole image that are in its head, such as a digest.

import type { ExactContent, Piece, Run, Source } from './content.js';
import { isBackpatch, isHole } from './content.js';
import { zerosOf } from './pieces.js';

/** Bytes that replace those at `at`. */
export interface Patch {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Work on an image that needs all its bytes. Seals run in order. */
export interface Seal {
  readonly name: string;
  /** Reads the finished image. */
  seal(image: Source, run: Run): Promise<readonly Patch[]>;
  /** The same work on an image of `size` bytes that streams by from its start; absent where a seal has to look back. */
  stream?(size: number): SealStream;
}

/** Takes the bytes of an image in order, and gives the patches that follow from them. */
export interface SealStream {
  /** The next bytes of the image, lent for the call. */
  update(bytes: Uint8Array): Promise<void>;
  /** After the last byte. */
  finish(): Promise<readonly Patch[]>;
}

/** Feeds a piece to a stream, holes as zeros. */
export async function feedSeal(stream: SealStream, piece: Piece, run: Run): Promise<void> {
  if (isBackpatch(piece)) return;
  if (!isHole(piece)) return stream.update(piece);
  for await (const zero of zerosOf(piece.hole, run)) await stream.update(zero);
}

/** The patches of an image that is not stored: its bytes are produced only for the seal. */
export async function sealAhead(content: ExactContent, stream: SealStream, run: Run): Promise<readonly Patch[]> {
  let done = 0;
  for await (const piece of content.pieces(run)) {
    run.signal?.throwIfAborted();
    await feedSeal(stream, piece, run);
    done += isHole(piece) ? piece.hole : piece.length;
    run.report({ step: 'taking digests', done, total: content.size, unit: 'bytes' });
  }
  return stream.finish();
}

/** The pieces with patches in place. */
export async function* patchedPieces(pieces: AsyncIterable<Piece>, patches: readonly Patch[]): AsyncGenerator<Piece> {
  let at = 0;
  for await (const piece of pieces) {
    const length = isHole(piece) ? piece.hole : piece.length;
    const here = patches.filter((patch) => patch.at < at + length && patch.at + patch.bytes.length > at);
    if (here.length === 0 || isBackpatch(piece)) yield piece;
    else yield* patchPiece(piece, at, here);
    at += length;
  }
}

function* patchPiece(piece: Exclude<Piece, { render(): Uint8Array }>, at: number, patches: readonly Patch[]) {
  const length = isHole(piece) ? piece.hole : piece.length;
  // A hole may be large: only its parts with patches become bytes.
  const from = isHole(piece) ? Math.max(Math.min(...patches.map((patch) => patch.at)) - at, 0) : 0;
  const to = isHole(piece)
    ? Math.min(Math.max(...patches.map((patch) => patch.at + patch.bytes.length)) - at, length)
    : length;
  const bytes = isHole(piece) ? new Uint8Array(to - from) : piece.slice();
  for (const patch of patches) {
    const first = Math.max(patch.at - at, from);
    const last = Math.min(patch.at + patch.bytes.length - at, to);
    bytes.set(patch.bytes.subarray(first + at - patch.at, last + at - patch.at), first - from);
  }
  if (from > 0) yield { hole: from };
  yield bytes;
  if (to < length) yield { hole: length - to };
}
