// Fills blocks with pieces that do not cross block boundaries, each in the fullest block with room for it.

/** Places pieces into blocks, as many as they need. */
export class BlockFiller {
  readonly #blockSize: number;
  readonly #unit: number;
  /** Blocks with room by the units used in them. */
  readonly #open: number[][];
  #blocks = 0;

  /** Sizes are multiples of `unit`. */
  constructor(blockSize: number, unit: number) {
    this.#blockSize = blockSize;
    this.#unit = unit;
    this.#open = Array.from({ length: blockSize / unit }, () => []);
  }

  /** Blocks so far. */
  get blocks(): number {
    return this.#blocks;
  }

  /** Places a piece and returns its first byte. One larger than a block starts a block, and leaves the rest of its last block free. */
  place(size: number): number {
    if (size > this.#blockSize) return this.#place(this.#addBlocks(Math.ceil(size / this.#blockSize)), 0, size);
    for (let used = (this.#blockSize - size) / this.#unit; used > 0; used--) {
      const block = this.#open[used]!.pop();
      if (block !== undefined) return this.#place(block, used * this.#unit, size);
    }
    return this.#place(this.#addBlocks(1), 0, size);
  }

  #addBlocks(count: number): number {
    const first = this.#blocks;
    this.#blocks += count;
    return first;
  }

  #place(block: number, at: number, size: number): number {
    const start = block * this.#blockSize + at;
    const end = start + size;
    const used = end % this.#blockSize;
    if (used > 0) this.#open[used / this.#unit]!.push((end - used) / this.#blockSize);
    return start;
  }
}
