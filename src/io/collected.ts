// Small pieces collected into larger ones: each piece costs every consumer a wait.

import { type Data, isHole, pieceLength } from './content.js';

const ROOM = 256 * 1024;
/** Pieces from this size on pass through. */
const LARGE = 32 * 1024;
/** A hole up to this size is cheaper as zeros. */
const SHORT_GAP = 4096;

/** Takes pieces one by one without waiting. */
export class Collector {
  readonly #bytes = new Uint8Array(ROOM);
  #filled = 0;

  /** Collects a piece; false if it has to be handed on itself, after {@link take}. */
  collect(piece: Data): boolean {
    const length = pieceLength(piece);
    if (length > (isHole(piece) ? SHORT_GAP : LARGE) || length > ROOM - this.#filled) return false;
    if (isHole(piece)) this.#bytes.fill(0, this.#filled, this.#filled + length);
    else this.#bytes.set(piece, this.#filled);
    this.#filled += length;
    return true;
  }

  /** The collected bytes, lent until the next call of {@link collect}. */
  *take(): Generator<Uint8Array> {
    const filled = this.#filled;
    this.#filled = 0;
    if (filled > 0) yield this.#bytes.subarray(0, filled);
  }
}
