// Whole contents in memory, asked for in a known order: those of the next ones are read meanwhile, so that what they wait for, a
// disk or the threads that decompress, works without a break.

import { type ExactContent, isHole, type Run } from './content.js';
import { exactly } from './pieces.js';

/** Bytes that are read or kept at a time. One content more may be larger. */
const ROOM = 8 * 1024 * 1024;
const MOST = 256;

interface Started {
  readonly content: ExactContent;
  readonly bytes: Promise<Uint8Array>;
}

export class EarlyReader {
  readonly #contents: Iterator<ExactContent>;
  readonly #run: Run;
  readonly #started: Started[] = [];
  #room = ROOM;

  /** The order in which contents are asked for; some of them may not be. */
  constructor(contents: Iterable<ExactContent>, run: Run) {
    this.#contents = contents[Symbol.iterator]();
    this.#run = run;
  }

  /** All bytes of a content, which are the caller's. */
  async bytes(content: ExactContent): Promise<Uint8Array> {
    for (;;) {
      this.#startMore();
      const next = this.#started.shift();
      // Out of order: read on its own.
      if (!next) return wholeOf(content, this.#run);
      this.#room += next.content.size;
      if (next.content === content) return next.bytes;
    }
  }

  /** Waits for everything that was started. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#started.map(({ bytes }) => bytes));
  }

  #startMore(): void {
    while (this.#started.length === 0 || (this.#room > 0 && this.#started.length < MOST)) {
      const { done, value: content } = this.#contents.next();
      if (done) return;
      this.#room -= content.size;
      const bytes = wholeOf(content, this.#run);
      // The error is raised when its turn comes; until then it is not "unhandled".
      bytes.catch(() => {});
      this.#started.push({ content, bytes });
    }
  }
}

async function wholeOf(content: ExactContent, run: Run): Promise<Uint8Array> {
  const bytes = new Uint8Array(content.size);
  let at = 0;
  for await (const piece of exactly(content, run)) {
    if (isHole(piece)) at += piece.hole;
    else {
      bytes.set(piece, at);
      at += piece.length;
    }
  }
  return bytes;
}
