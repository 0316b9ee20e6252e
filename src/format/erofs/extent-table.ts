// The extents of a compressed file in order, in typed arrays: a large file has too many for objects.

/** The storage of an extent: 0 to 3 for an {@link Algorithm}, and these. */
export const Storage = {
  /** Uncompressed. */
  shifted: 4,
  /** Uncompressed; each byte has the same offset in its block as in the block of the file. */
  interlaced: 5,
  /** In the packed inode. */
  fragment: 6,
  hole: 7,
} as const;

/** One extent of a file. */
export interface FileExtent {
  /** First byte of the file. */
  readonly start: number;
  readonly length: number;
  readonly storage: number;
  /** Address of the encoded data; in the packed inode for a fragment. */
  readonly at: number;
  /** Bytes of encoded data. */
  readonly encoded: number;
}

export class ExtentTable {
  readonly #size: number;
  readonly #starts: Float64Array;
  readonly #places: Float64Array;
  readonly #encoded: Uint32Array;
  readonly #storage: Uint8Array;
  #count = 0;

  /** For a file of `size` bytes with at most `most` extents. */
  constructor(size: number, most: number) {
    this.#size = size;
    this.#starts = new Float64Array(most);
    this.#places = new Float64Array(most);
    this.#encoded = new Uint32Array(most);
    this.#storage = new Uint8Array(most);
  }

  get count(): number {
    return this.#count;
  }

  /** Appends an extent that starts at byte `start` of the file, after the others. */
  add(start: number, storage: number, at: number, encoded: number): void {
    this.#starts[this.#count] = start;
    this.#count++;
    this.change(this.#count - 1, { storage, at, encoded });
  }

  /** Completes an extent that was added earlier. */
  change(index: number, { storage, at, encoded }: Partial<Pick<FileExtent, 'storage' | 'at' | 'encoded'>>): void {
    if (storage !== undefined) this.#storage[index] = storage;
    if (at !== undefined) this.#places[index] = at;
    if (encoded !== undefined) this.#encoded[index] = encoded;
  }

  /** Extent `index`, which is less than `count`. */
  get(index: number): FileExtent {
    const start = this.#starts[index]!;
    const end = index + 1 < this.#count ? this.#starts[index + 1]! : this.#size;
    return {
      start,
      length: end - start,
      storage: this.#storage[index]!,
      at: this.#places[index]!,
      encoded: this.#encoded[index]!,
    };
  }

  /** Index of the extent that contains byte `at` of the file. */
  find(at: number): number {
    let low = 0;
    let high = this.#count;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#starts[middle]! <= at) low = middle;
      else high = middle;
    }
    return low;
  }
}
