// A source whose bytes are elsewhere, extent by extent: disk images that store only what is in use.

import { type Data, NO_HOLES, pieceLength, type Range, type Run, type Source } from './content.js';
import { checkRange } from './memory.js';

/** Where bytes are, from a place on to the end of an extent. */
export type Extent = {
  /** Bytes. */
  readonly length: number;
} & ({ readonly from: Source; readonly at: number } | { readonly bytes: Uint8Array } | { readonly zeros: true });

/** Finds the extent that holds a byte; its first byte is that one. */
export type Locate = (at: number) => Promise<Extent>;

const CHUNK = 256 * 1024;

export class MappedSource implements Source {
  readonly holes = NO_HOLES;

  constructor(
    readonly size: number,
    readonly locate: Locate,
  ) {}

  async read(at: number, into: Uint8Array): Promise<void> {
    checkRange({ at, length: into.length }, this.size);
    for (let done = 0; done < into.length; ) {
      const extent = await this.locate(at + done);
      const part = into.subarray(done, done + extent.length);
      if ('from' in extent) await extent.from.read(extent.at, part);
      else if ('bytes' in extent) part.set(extent.bytes.subarray(0, part.length));
      else part.fill(0);
      done += part.length;
    }
  }

  async *pieces(run: Run): AsyncGenerator<Data> {
    for (let at = 0; at < this.size; ) {
      run.signal?.throwIfAborted();
      const piece = await this.#piece(at, this.size - at);
      at += pieceLength(piece);
      yield piece;
    }
  }

  slice(range: Range): Source {
    checkRange(range, this.size);
    return new MappedSource(range.length, async (at) => {
      const extent = await this.locate(range.at + at);
      return extent.length <= range.length - at ? extent : { ...extent, length: range.length - at };
    });
  }

  async #piece(at: number, most: number): Promise<Data> {
    const extent = await this.locate(at);
    if ('zeros' in extent) return { hole: Math.min(extent.length, most) };
    const length = Math.min(extent.length, most, CHUNK);
    if ('bytes' in extent) return extent.bytes.subarray(0, length);
    const bytes = new Uint8Array(length);
    await extent.from.read(extent.at, bytes);
    return bytes;
  }
}

/** Extents back to back, as one source. */
export function extentsSource(extents: readonly Extent[]): Source {
  const all = extents.filter(({ length }) => length > 0);
  const starts = new Float64Array(all.length + 1);
  for (const [index, { length }] of all.entries()) starts[index + 1] = starts[index]! + length;
  return new MappedSource(starts[all.length]!, async (at) => {
    let [low, high] = [0, all.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (starts[middle]! <= at) low = middle;
      else high = middle - 1;
    }
    const extent = all[low]!;
    const within = at - starts[low]!;
    const length = extent.length - within;
    if ('from' in extent) return { from: extent.from, at: extent.at + within, length };
    return 'bytes' in extent ? { bytes: extent.bytes.subarray(within), length } : { zeros: true, length };
  });
}
