// Compares contents by their bytes, as streams.

import { type ExactContent, isHole, type Run } from '../io/index.js';

/** The first byte in which two contents differ; undefined if they are equal. The shorter one differs at its end. */
export async function firstDifference(a: ExactContent, b: ExactContent, run: Run): Promise<number | undefined> {
  if (a === b) return undefined;
  const [first, second] = [new Stream(a, run), new Stream(b, run)];
  try {
    for (let at = 0; ; ) {
      run.signal?.throwIfAborted();
      const [left, right] = [await first.available(), await second.available()];
      const length = Math.min(left, right);
      if (length === 0) return left === right ? undefined : at;
      const differing = difference(first.take(length), second.take(length), length);
      if (differing !== undefined) return at + differing;
      at += length;
    }
  } finally {
    await first.close();
    await second.close();
  }
}

/** Bytes, or zeros if undefined. */
type Part = Uint8Array | undefined;

function difference(a: Part, b: Part, length: number): number | undefined {
  if (a === undefined && b === undefined) return undefined;
  if (a && b && Buffer.compare(a, b) === 0) return undefined;
  for (let index = 0; index < length; index++) if ((a?.[index] ?? 0) !== (b?.[index] ?? 0)) return index;
  return undefined;
}

/** The pieces of a content, taken in portions of any length. */
class Stream {
  readonly #pieces: AsyncIterator<Uint8Array | { readonly hole: number }>;
  #bytes: Part;
  #left = 0;

  constructor(content: ExactContent, run: Run) {
    this.#pieces = content.pieces(run)[Symbol.asyncIterator]();
  }

  /** How many bytes can be taken at once; 0 at the end. */
  async available(): Promise<number> {
    while (this.#left === 0) {
      const { done, value } = await this.#pieces.next();
      if (done) return 0;
      this.#bytes = isHole(value) ? undefined : value;
      this.#left = isHole(value) ? value.hole : value.length;
    }
    return this.#left;
  }

  take(length: number): Part {
    const from = this.#bytes ? this.#bytes.length - this.#left : 0;
    this.#left -= length;
    return this.#bytes?.subarray(from, from + length);
  }

  async close(): Promise<void> {
    await this.#pieces.return?.();
  }
}
