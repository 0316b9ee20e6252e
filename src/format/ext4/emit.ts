// The emitter: walks the sections from block 0 to the last and decides nothing.

import { assertPlanned } from '../../errors.js';
import { type Data, isHole, packed, pieceLength, type Run, readPiece, type Unread } from '../../io/index.js';
import type { Blueprint } from './blueprint.js';
import { dataSlots } from './data-slots.js';
import { sections } from './sections.js';

/** The image as pieces, files `unread` where that is possible; every section is checked to start and end where it was planned. */
export async function* emitExt4(blueprint: Blueprint, run: Run, unread: boolean): AsyncGenerator<Data | Unread> {
  const data = new Splitter(packed(dataSlots(blueprint), run, unread));
  let position = 0;
  try {
    for (const { name, at, length, render } of sections(blueprint)) {
      assertPlanned(`start of ${name}`, at, position);
      const pieces = render === 'data' ? data.take(length) : render ? render(run) : [{ hole: length }];
      for await (const piece of pieces) {
        position += pieceLength(piece);
        yield piece;
      }
      assertPlanned(`end of ${name}`, at + length, position);
      run.signal?.throwIfAborted();
    }
    assertPlanned('end of the image', blueprint.imageSize, position);
    assertPlanned('bytes after the data', 0, await data.rest());
  } finally {
    await data.close();
  }
}

/** A stream of pieces, taken in portions of any length. */
class Splitter {
  readonly #pieces: AsyncGenerator<Data | Unread>;
  #rest: Data | undefined;

  constructor(pieces: AsyncGenerator<Data | Unread>) {
    this.#pieces = pieces;
  }

  /** The next `length` bytes; fewer only if the stream ends. */
  async *take(length: number): AsyncGenerator<Data | Unread> {
    for (let left = length; left > 0; ) {
      const next = this.#rest ?? (await this.#next());
      this.#rest = undefined;
      if (!next) return;
      const whole = pieceLength(next);
      if (whole <= left) {
        left -= whole;
        yield next;
        continue;
      }
      const piece = await readPiece(next);
      // The rest of a lent array stays valid: the stream is not pulled before the rest has been yielded.
      this.#rest = isHole(piece) ? { hole: whole - left } : piece.subarray(left);
      const part = isHole(piece) ? { hole: left } : piece.subarray(0, left);
      left = 0;
      yield part;
    }
  }

  /** Pulls the stream to its end, where errors of contents without bytes appear; how many bytes still came. */
  async rest(): Promise<number> {
    let length = this.#rest ? pieceLength(this.#rest) : 0;
    for (let piece = await this.#next(); piece; piece = await this.#next()) length += pieceLength(piece);
    return length;
  }

  async close(): Promise<void> {
    await this.#pieces.return(undefined);
  }

  async #next(): Promise<Data | Unread | undefined> {
    const step = await this.#pieces.next();
    return step.done ? undefined : step.value;
  }
}
