// Whole contents in memory, asked for in a known order: those of the next ones are read meanwhile, so that what they wait for, a
// disk or the threads that decompress, works without a break.

import { assertPlanned } from '../errors.js';
import { type ExactContent, isHole, pieceLength, type Run } from './content.js';

/** Bytes that are read or kept at a time. One content more may be larger. */
const ROOM = 4 * 1024 * 1024;
const MOST = 256;

/** Buffers have powers of two from this one on. */
const LEAST_BUFFER = 4096;

interface Started {
  readonly content: ExactContent;
  readonly bytes: Promise<Uint8Array>;
}

/** Larger contents are not worth keeping in memory. */
const LARGEST = 1024 * 1024;

/** Whether a content is small enough to read early. One with holes is not: its holes need no memory. */
export function isReadEarly({ size, holes }: ExactContent): boolean {
  return size <= LARGEST && holes.length === 0;
}

export class EarlyReader {
  readonly #contents: Iterator<ExactContent>;
  readonly #run: Run;
  readonly #started: Started[] = [];
  /** Buffers that nobody uses, by their size. */
  readonly #free = new Map<number, ArrayBufferLike[]>();
  readonly #allocate: (length: number) => Uint8Array;
  #lent: Uint8Array | undefined;
  #room = ROOM;

  /** The order in which contents are asked for; some of them may not be. `allocate` makes the memory that they are read into. */
  constructor(
    contents: Iterable<ExactContent>,
    run: Run,
    allocate: (length: number) => Uint8Array = (length) => new Uint8Array(length),
  ) {
    this.#contents = contents[Symbol.iterator]();
    this.#run = run;
    this.#allocate = allocate;
  }

  /** All bytes of a content, lent until the next one is asked for. */
  async bytes(content: ExactContent): Promise<Uint8Array> {
    if (this.#lent) this.give(this.#lent);
    this.#lent = undefined;
    this.#lent = await this.take(content);
    return this.#lent;
  }

  /** All bytes of a content, to be given back with {@link give}. */
  async take(content: ExactContent): Promise<Uint8Array> {
    for (;;) {
      this.#startMore();
      const next = this.#started.shift();
      // Out of order: read on its own.
      if (!next) return this.#whole(content);
      this.#room += next.content.size;
      if (next.content === content) return next.bytes;
    }
  }

  /** Takes back memory for the contents to come. */
  give({ buffer }: Uint8Array): void {
    this.#free.get(buffer.byteLength)?.push(buffer);
  }

  #buffer(length: number): Uint8Array {
    const size = Math.max(LEAST_BUFFER, 2 ** Math.ceil(Math.log2(length)));
    const free = this.#free.get(size);
    if (!free) this.#free.set(size, []);
    return new Uint8Array(free?.pop() ?? this.#allocate(size).buffer, 0, length);
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
      const bytes = this.#whole(content);
      // The error is raised when its turn comes; until then it is not "unhandled".
      bytes.catch(() => {});
      this.#started.push({ content, bytes });
    }
  }

  async #whole(content: ExactContent): Promise<Uint8Array> {
    const bytes = this.#buffer(content.size);
    let at = 0;
    // Checked here: a stream around the stream of each small file would cost as much as the file.
    for await (const piece of content.pieces(this.#run)) {
      const end = at + pieceLength(piece);
      if (end <= bytes.length) {
        if (isHole(piece)) bytes.fill(0, at, end);
        else bytes.set(piece, at);
      }
      at = end;
      if (at > bytes.length) break;
    }
    assertPlanned('content size', content.size, at);
    return bytes;
  }
}
