// Places of data and inodes. Data takes the next blocks; inodes are collected in a run, which takes the next blocks when it
// is large enough. So everything is written in one pass, and each file is read once.

import { alignUp, divCeil } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { BlockFiller } from './block-filler.js';
import { INODE_UNIT } from './inode.js';

/** Least size of a run, in bytes and blocks: large enough to fill blocks well, small enough for memory. */
const RUN_SIZE = 4 * 1024 * 1024;
const RUN_BLOCKS = 32;
/** Block addresses have 32 bits, and the last one means a hole. */
const MAX_BLOCKS = 0xffff_ffff;

/** Receives the place of each inode, its `nid`. */
export type Settle = (index: number, nid: number) => void;

/** Allocates the blocks of an image from front to back. */
export class Placement {
  readonly #blockSize: number;
  readonly #settle: Settle;
  readonly #indexes: number[] = [];
  readonly #sizes: number[] = [];
  #runSize = 0;
  #block: number;

  /** `block` is the first to allocate; nids count from byte 0. */
  constructor(blockSize: number, block: number, settle: Settle) {
    this.#blockSize = blockSize;
    this.#block = block;
    this.#settle = settle;
  }

  /** The next block of data. */
  get block(): number {
    return this.#block;
  }

  /** Whether the run is large enough to be written. */
  get isDue(): boolean {
    return this.#runSize >= Math.max(RUN_SIZE, RUN_BLOCKS * this.#blockSize);
  }

  /** Takes blocks for data; returns the first. */
  takeBlocks(count: number): number {
    const first = this.#block;
    this.#block += count;
    if (this.#block > MAX_BLOCKS) {
      const message = `The image would have more than ${MAX_BLOCKS} blocks of ${this.#blockSize} bytes.`;
      throw new InvalidInputError('erofs.too-large', message, { hint: 'Choose a larger block size.' });
    }
    return first;
  }

  /** Adds an inode of `size` bytes, including the data after it, to the run. */
  put(index: number, size: number): void {
    const room = alignUp(size, INODE_UNIT);
    this.#indexes.push(index);
    this.#sizes.push(room);
    this.#runSize += room;
  }

  /**
   * Ends the run: it takes the next blocks. Returns the offset of each of its inodes, in the order in which they came. The largest
   * are placed first, which fills blocks best.
   */
  endRun(): EndedRun {
    const filler = new BlockFiller(this.#blockSize, INODE_UNIT);
    const sizes = this.#sizes;
    const order = Array.from(sizes, (_, index) => index).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
    const offsets = new Float64Array(sizes.length);
    for (const index of order) offsets[index] = filler.place(sizes[index]!);
    const start = this.takeBlocks(filler.blocks) * this.#blockSize;
    for (let index = 0; index < offsets.length; index++) {
      this.#settle(this.#indexes[index]!, (start + offsets[index]!) / INODE_UNIT);
    }
    this.#indexes.length = 0;
    this.#sizes.length = 0;
    this.#runSize = 0;
    return { blocks: filler.blocks, offsets };
  }
}

/** A run that has its place. */
export interface EndedRun {
  readonly blocks: number;
  readonly offsets: Float64Array;
}

/** The inodes in the current run of a {@link Placement}. */
export class RunBuffer {
  readonly #blockSize: number;
  /** Offset and length of each inode in `bytes`. */
  readonly #places: { readonly at: number; readonly length: number }[] = [];
  #bytes = new Uint8Array(RUN_SIZE / 4);
  #filled = 0;

  constructor(blockSize: number) {
    this.#blockSize = blockSize;
  }

  /** A zeroed buffer for the next inode of the run, to be filled before any other call. */
  next(length: number): Uint8Array {
    const end = this.#filled + length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(2 * end);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    const at = this.#filled;
    this.#places.push({ at, length });
    this.#filled = end;
    return this.#bytes.subarray(at, end);
  }

  /** The blocks of the run; a new run begins. */
  take({ blocks, offsets }: EndedRun): Uint8Array {
    const run = new Uint8Array(blocks * this.#blockSize);
    for (const [index, { at, length }] of this.#places.entries()) {
      run.set(this.#bytes.subarray(at, at + length), offsets[index]!);
    }
    this.#bytes.fill(0, 0, this.#filled);
    this.#places.length = 0;
    this.#filled = 0;
    return run;
  }
}

/** Blocks that cover `size` bytes. */
export function blocksOf(size: number, blockSize: number): number {
  return divCeil(size, blockSize);
}
