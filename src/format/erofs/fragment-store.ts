// The fragments: data of many files, gathered in one hidden file (kernel documentation, "packed inode"). Its data is written in pieces
// between that of the other files, so that it is never in memory as a whole.

import type { PackedSegment } from '../../compress/index.js';
import type { Data } from '../../io/index.js';
import type { PlacedExtent } from './file-index.js';
import { type FilePacker, SEGMENT } from './pack-files.js';
import type { Placement } from './placement.js';

/**
 * Segments that are being compressed while others are gathered. A constant, not the number of jobs: the order of the image depends on it.
 */
const AHEAD = 4;

/** A segment on its way to its blocks. */
interface PendingSegment {
  readonly packed: Promise<PackedSegment>;
  release(): void;
}

/** Gathers fragments, and compresses them as one file. */
export class FragmentStore {
  readonly #packer: FilePacker;
  readonly #placement: Placement;
  readonly #blockSize: number;
  readonly #pending: PendingSegment[] = [];
  readonly #extents: PlacedExtent[] = [];
  #segment: Uint8Array | undefined;
  #filled = 0;
  #size = 0;

  constructor(packer: FilePacker, placement: Placement, blockSize: number) {
    this.#packer = packer;
    this.#placement = placement;
    this.#blockSize = blockSize;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  /** The compressed data so far: complete after {@link rest}. */
  get extents(): readonly PlacedExtent[] {
    return this.#extents;
  }

  /** Whether data is to be written. */
  get isDue(): boolean {
    return this.#pending.length > AHEAD;
  }

  /** Appends `length` bytes, zeros if there are none. Returns where they start. */
  add(bytes: Uint8Array | undefined, length: number): number {
    const start = this.#size;
    for (let done = 0; done < length; ) {
      this.#segment ??= this.#packer.buffer(SEGMENT);
      const take = Math.min(SEGMENT - this.#filled, length - done);
      if (bytes) this.#segment.set(bytes.subarray(done, done + take), this.#filled);
      else this.#segment.fill(0, this.#filled, this.#filled + take);
      done += take;
      this.#filled += take;
      if (this.#filled === SEGMENT) this.#end();
    }
    this.#size += length;
    return start;
  }

  /** The blocks of segments whose turn it is. No other file may be between two of its blocks. */
  async *due(): AsyncGenerator<Data> {
    while (this.isDue) yield* this.#next();
  }

  /** All other blocks, after the last fragment. */
  async *rest(): AsyncGenerator<Data> {
    if (this.#filled > 0) this.#end();
    while (this.#pending.length > 0) yield* this.#next();
  }

  /** Waits for what is still being compressed, whatever comes of it. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#pending.map(({ packed }) => packed));
  }

  #end(): void {
    const bytes = this.#segment!.subarray(0, this.#filled);
    const pending = this.#packer.pack(bytes);
    // The error is raised when its turn comes.
    pending.packed.catch(() => {});
    this.#pending.push(pending);
    this.#segment = undefined;
    this.#filled = 0;
  }

  async *#next(): AsyncGenerator<Data> {
    const { packed, release } = this.#pending.shift()!;
    const { data, extents } = await packed;
    const block = this.#placement.takeBlocks(data.length / this.#blockSize);
    for (const [turn, extent] of extents.entries()) this.#extents.push(turn === 0 ? { ...extent, block } : extent);
    yield data;
    release();
  }
}
