// Ranges of files to be read with one call, in the very arrays that threads take them from. Objects would outlive many
// collections of young garbage while they wait, and fill the heap.

import type { ByteString } from '../bytes/index.js';

/** Numbers of a range: first byte in the file, bytes, first byte in memory, 1 where the file has to end behind it. */
const NUMBERS = 4;
const SLASH = 0x2f;

/** A path in two parts, of which all files of a directory share the first: a tree of many files holds much less. */
export interface FilePlace {
  /** Empty where the name is the whole path. */
  readonly directory: ByteString;
  readonly name: ByteString;
}

/** A range of a regular file, and where it goes. */
export interface RangeRequest {
  readonly path: ByteString;
  readonly at: number;
  readonly length: number;
  /** First byte in the memory to be filled. */
  readonly into: number;
  /** Whether the file has to end behind the range. */
  readonly ends: boolean;
}

/** Reads ranges of many files with one call, in threads. */
export interface RangeReader {
  /** Memory that {@link read} can fill. */
  allocate(length: number): Uint8Array;
  /**
   * Fills parts of `memory`, which is to be left alone meanwhile. Rejects with a {@link SourceError} for what cannot be
   * read, or has changed since it was planned.
   */
  read(ranges: RangeList, memory: Uint8Array): Promise<void>;
}

/** Ranges in the order in which they were added; used again after {@link RangeList.clear}. */
export class RangeList {
  #paths = Buffer.allocUnsafe(16 * 1024);
  #pathsEnd = 0;
  #numbers = new Float64Array(NUMBERS * 256);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** A path for each range, a zero byte behind each. */
  get paths(): Uint8Array {
    return this.#paths.subarray(0, this.#pathsEnd);
  }

  /** Four numbers for each range. */
  get numbers(): Float64Array {
    return this.#numbers.subarray(0, this.#count * NUMBERS);
  }

  clear(): void {
    this.#pathsEnd = 0;
    this.#count = 0;
  }

  add({ directory, name }: FilePlace, at: number, length: number, into: number, ends: boolean): void {
    this.#makeRoom(directory.length + name.length + 2);
    const paths = this.#paths;
    let end = this.#pathsEnd;
    if (directory.length > 0) {
      end += paths.write(directory, end, 'latin1');
      if (paths[end - 1] !== SLASH) paths[end++] = SLASH;
    }
    end += paths.write(name, end, 'latin1');
    paths[end++] = 0;
    this.#pathsEnd = end;
    const first = this.#count++ * NUMBERS;
    this.#numbers[first] = at;
    this.#numbers[first + 1] = length;
    this.#numbers[first + 2] = into;
    this.#numbers[first + 3] = ends ? 1 : 0;
  }

  /** The ranges from the one at `index` on. */
  *from(index: number): Generator<RangeRequest> {
    let start = 0;
    for (let i = 0; i < this.#count; i++) {
      const end = this.#paths.indexOf(0, start);
      const first = i * NUMBERS;
      if (i >= index) {
        yield {
          path: this.#paths.toString('latin1', start, end) as ByteString,
          at: this.#numbers[first]!,
          length: this.#numbers[first + 1]!,
          into: this.#numbers[first + 2]!,
          ends: this.#numbers[first + 3] === 1,
        };
      }
      start = end + 1;
    }
  }

  #makeRoom(pathBytes: number): void {
    if (this.#pathsEnd + pathBytes > this.#paths.length) {
      const larger = Buffer.allocUnsafe(2 * (this.#pathsEnd + pathBytes));
      this.#paths.copy(larger, 0, 0, this.#pathsEnd);
      this.#paths = larger;
    }
    if ((this.#count + 1) * NUMBERS > this.#numbers.length) {
      const larger = new Float64Array(2 * this.#numbers.length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
  }
}
