// The blocks left for data, numbered through without the gaps that metadata makes. Data is laid into it front to back,
// so that one number per object says where it is.

/** Consecutive blocks of the file system. */
export interface BlockRun {
  readonly block: number;
  readonly length: number;
}

export class DataSpace {
  /** First block of each free run. */
  readonly #blocks: number[] = [];
  /** Index of that block in the space. */
  readonly #indexes: number[] = [];
  #capacity = 0;

  /** Adds blocks after all earlier ones; a run that touches the previous one becomes part of it. */
  add(block: number, length: number): void {
    if (length <= 0) return;
    const last = this.#blocks.length - 1;
    const touches = last >= 0 && this.#blocks[last]! + this.#capacity - this.#indexes[last]! === block;
    if (!touches) {
      this.#blocks.push(block);
      this.#indexes.push(this.#capacity);
    }
    this.#capacity += length;
  }

  /** Blocks in all. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Block number of an index. Indexes beyond the capacity continue the last run: a plan that does not fit can be measured. */
  blockAt(index: number): number {
    const run = this.#runOf(index);
    return this.#blocks[run]! + index - this.#indexes[run]!;
  }

  /** Index of a block; undefined if it is not in the space. */
  indexAt(block: number): number | undefined {
    const run = lastUpTo(this.#blocks, block);
    const index = this.#indexes[run]! + block - this.#blocks[run]!;
    return index >= this.#indexes[run]! && index < (this.#indexes[run + 1] ?? this.#capacity) ? index : undefined;
  }

  /** How many blocks from `index` on are consecutive. */
  consecutiveFrom(index: number): number {
    const next = this.#indexes[this.#runOf(index) + 1];
    return next === undefined ? Number.MAX_SAFE_INTEGER : next - index;
  }

  /** The runs that `length` indexes from `index` on fall into. */
  *runs(index: number, length: number): Generator<BlockRun> {
    for (let at = index; at < index + length; ) {
      const count = Math.min(this.consecutiveFrom(at), index + length - at);
      yield { block: this.blockAt(at), length: count };
      at += count;
    }
  }

  #runOf(index: number): number {
    return lastUpTo(this.#indexes, index);
  }
}

/** Position of the last of ascending numbers that is not greater than `value`; 0 if all are. */
function lastUpTo(numbers: readonly number[], value: number): number {
  let low = 0;
  let high = numbers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (numbers[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
