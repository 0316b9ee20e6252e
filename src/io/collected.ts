// Small pieces collected into larger ones: each piece costs every consumer a wait.

import { type Data, isHole, pieceLength } from './content.js';

const ROOM = 512 * 1024;
/** Pieces from this size on pass through. */
const LARGE = 32 * 1024;
/** A hole up to this size is cheaper as zeros. */
const SHORT_GAP = 4096;
const NONE: readonly Data[] = [];

/** Takes pieces one by one, without a wait or an iterator for each. */
export class Collector {
  #bytes = new Uint8Array(ROOM);
  /** Where the bytes begin that are not in a piece. */
  #start = 0;
  #filled = 0;
  #pieces: Data[] = [];

  /** Adds a piece: a copy of a small one, the memory itself of a large one. */
  put(piece: Data): void {
    const length = pieceLength(piece);
    if (length > (isHole(piece) ? SHORT_GAP : LARGE)) {
      this.#close();
      this.#pieces.push(piece);
      return;
    }
    if (length > ROOM - this.#filled) {
      this.#close();
      this.#bytes = new Uint8Array(ROOM);
      this.#start = this.#filled = 0;
    }
    if (isHole(piece)) this.#bytes.fill(0, this.#filled, this.#filled + length);
    else this.#bytes.set(piece, this.#filled);
    this.#filled += length;
  }

  /** The pieces since the last call, lent until the next {@link put}. */
  take(): readonly Data[] {
    this.#close();
    this.#start = this.#filled = 0;
    if (this.#pieces.length === 0) return NONE;
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  #close(): void {
    if (this.#filled > this.#start) this.#pieces.push(this.#bytes.subarray(this.#start, this.#filled));
    this.#start = this.#filled;
  }
}
