// Cuts contents into data blocks and gathers tails into fragments.

import { alignDown } from '../../bytes/index.js';
import { type Data, isHole, isZero } from '../../io/index.js';
import type { ResolvedOptions } from './options.js';
import type { PlannedData } from './plan-data.js';

/** Consecutive blocks of a content that contain only zeros. */
export interface SparseJob {
  readonly kind: 'sparse';
  /** Index of the content. */
  readonly content: number;
  readonly blocks: number;
  /** Bytes of the content they represent. */
  readonly length: number;
}

/** One data block; `bytes` is the front of a block buffer. */
export interface BlockJob {
  readonly kind: 'block';
  readonly content: number;
  readonly bytes: Uint8Array;
}

/** One fragment block; `bytes` is the front of a block buffer. */
export interface FragmentJob {
  readonly kind: 'fragment';
  readonly bytes: Uint8Array;
}

export type DataJob = SparseJob | BlockJob | FragmentJob;

const NO_JOBS: readonly DataJob[] = [];

interface Buffers {
  take(): Uint8Array;
  give(buffer: Uint8Array): void;
}

/** Takes contents in planned order and gives blocks in the order they are stored. */
export class BlockCutter {
  readonly #data: PlannedData;
  readonly #blockSize: number;
  readonly #sparse: boolean;
  readonly #buffers: Buffers;
  #content = -1;
  /** Bytes of the content for blocks that are still to come. */
  #blockBytesLeft = 0;
  #block: Uint8Array | undefined;
  #filled = 0;
  /** Whether the content's tail is in a fragment already: that of another content is the same. */
  #tailIsPlaced = false;
  /** Whether the block contains more than holes. */
  #written = false;
  #fragment: Uint8Array | undefined;
  #fragmentsBegun: number;
  #fragmentFilled = 0;

  constructor(data: PlannedData, options: ResolvedOptions, buffers: Buffers) {
    this.#data = data;
    this.#blockSize = options.blockSize;
    this.#sparse = options.sparse;
    this.#buffers = buffers;
    this.#fragmentsBegun = data.kept?.data.fragments.length ?? 0;
  }

  /** Continues with the next content. Gives the fragment that ends before it, if its tail does not fit there. */
  begin(index: number): FragmentJob | undefined {
    const { contents, fragments, fragmentOffsets, blockCounts, kept } = this.#data;
    const fragment = fragments[index]!;
    let ended: FragmentJob | undefined;
    if (fragment === this.#fragmentsBegun) {
      ended = this.finish();
      this.#fragmentsBegun++;
      this.#fragment = this.#buffers.take();
    }
    // Fragments are filled from front to back: a tail that exists already ends before this place.
    const open = this.#fragmentsBegun - 1;
    this.#tailIsPlaced = fragment < open || (fragment === open && fragmentOffsets[index]! < this.#fragmentFilled);
    this.#content = index;
    // The blocks of a content that is copied are not cut, only its loose end is packed.
    const blocks = kept?.forms.has(index) ? 0 : blockCounts[index]!;
    this.#blockBytesLeft = Math.min(contents[index]!.size, blocks * this.#blockSize);
    return ended;
  }

  /** The next piece of the content; its complete blocks must be taken before the next piece. */
  put(piece: Data): Iterable<DataJob> {
    if (isHole(piece)) return this.#putHole(piece.hole);
    if (this.#blockBytesLeft > 0) return this.#putBlocks(piece);
    // Most contents are only a tail.
    this.#putTail(piece);
    return NO_JOBS;
  }

  *#putBlocks(piece: Uint8Array): Generator<DataJob> {
    let done = 0;
    while (this.#blockBytesLeft > 0 && done < piece.length) {
      const length = Math.min(this.#room(), piece.length - done);
      this.#openBlock().set(piece.subarray(done, done + length), this.#filled);
      this.#written = true;
      done += length;
      yield* this.#advance(length);
    }
    if (done < piece.length) this.#putTail(piece.subarray(done));
  }

  #putTail(tail: Uint8Array): void {
    if (this.#tailIsPlaced) return;
    this.#fragment!.set(tail, this.#fragmentFilled);
    this.#fragmentFilled += tail.length;
  }

  /** Ends the fragment being filled, if there is one. */
  finish(): FragmentJob | undefined {
    const bytes = this.#fragment?.subarray(0, this.#fragmentFilled);
    this.#fragment = undefined;
    this.#fragmentFilled = 0;
    return bytes && { kind: 'fragment', bytes };
  }

  *#putHole(hole: number): Generator<DataJob> {
    let left = hole;
    while (this.#blockBytesLeft > 0 && left > 0) {
      const length = this.#wholeBlocks(left);
      if (length > 0) {
        yield this.#sparseJob(length);
        this.#blockBytesLeft -= length;
        left -= length;
        continue;
      }
      const part = Math.min(this.#room(), left);
      this.#openBlock().fill(0, this.#filled, this.#filled + part);
      left -= part;
      yield* this.#advance(part);
    }
    if (left > 0 && !this.#tailIsPlaced) {
      this.#fragment!.fill(0, this.#fragmentFilled, this.#fragmentFilled + left);
      this.#fragmentFilled += left;
    }
  }

  /** Bytes of the blocks, from here on, that a hole of `length` bytes covers whole. */
  #wholeBlocks(length: number): number {
    if (!this.#sparse || this.#filled > 0) return 0;
    return length >= this.#blockBytesLeft ? this.#blockBytesLeft : alignDown(length, this.#blockSize);
  }

  /** Bytes still free in the block being filled. */
  #room(): number {
    return Math.min(this.#blockSize - this.#filled, this.#blockBytesLeft);
  }

  #openBlock(): Uint8Array {
    this.#block ??= this.#buffers.take();
    return this.#block;
  }

  *#advance(length: number): Generator<DataJob> {
    this.#filled += length;
    this.#blockBytesLeft -= length;
    if (this.#filled < this.#blockSize && this.#blockBytesLeft > 0) return;
    const bytes = this.#block!.subarray(0, this.#filled);
    const zero = this.#sparse && (!this.#written || isZero(bytes));
    this.#block = undefined;
    this.#filled = 0;
    this.#written = false;
    if (zero) {
      this.#buffers.give(bytes);
      yield this.#sparseJob(bytes.length);
    } else {
      yield { kind: 'block', content: this.#content, bytes };
    }
  }

  #sparseJob(length: number): SparseJob {
    return { kind: 'sparse', content: this.#content, blocks: Math.ceil(length / this.#blockSize), length };
  }
}
