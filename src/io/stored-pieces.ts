// The pieces of contents in an open file, as numbers for threads that read and decompress them there.

/** Numbers of a piece: kind, first byte in the file, bytes there, decompressed bytes before it, bytes. */
const NUMBERS = 5;
/** Kinds of pieces, as numbered in native/src/stored.rs. */
const HOLE = 0;
const PLAIN = 1;
const BLOCK = 2;
const PART = 3;
/** Bytes of a piece that is stored as it is; more of them are several pieces, so that threads can share the work. */
const LONGEST = 1024 * 1024;

/** An open file of the running system, and how blocks in it are compressed. One object for all contents of an image. */
export interface Store {
  /** Below 0 if it is closed. */
  readonly fd: number;
  /** Name of the codec in the codec core. */
  readonly codec?: string;
  /** Decompressed bytes of a block, at most. */
  readonly mostBlock: number;
}

/** A range of an open file. */
export interface StoredRange {
  readonly store: Store;
  /** First byte. */
  readonly at: number;
}

/** A content that is stored in pieces. */
export interface StoredInPieces {
  readonly store: Store;
  /** Adds all its pieces, or returns false because the image describes them wrongly. */
  addPieces(to: StoredPieces): boolean | Promise<boolean>;
}

/** Pieces of contents in their order, all with places in the files of their stores. */
export class StoredPieces {
  #numbers = new Float64Array(NUMBERS * 256);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The numbers of each piece. */
  get numbers(): Float64Array {
    return this.#numbers.subarray(0, this.#count * NUMBERS);
  }

  /** Forgets all pieces from the one at `count` on. */
  cut(count: number): void {
    this.#count = count;
  }

  /** Zeros that are not stored. */
  hole(length: number): void {
    this.#add(HOLE, 0, 0, 0, length);
  }

  /** Bytes that are stored as they are. */
  plain(at: number, length: number): void {
    for (let done = 0; done < length; done += LONGEST) {
      const part = Math.min(LONGEST, length - done);
      this.#add(PLAIN, at + done, part, 0, part);
    }
  }

  /** A compressed block, `stored` bytes from `at` on, that has to become `length` bytes. */
  block(at: number, stored: number, length: number): void {
    this.#add(BLOCK, at, stored, 0, length);
  }

  /** `length` bytes after the first `skip` decompressed ones of a block that files share. */
  part(at: number, stored: number, skip: number, length: number): void {
    this.#add(PART, at, stored, skip, length);
  }

  /** The pieces in groups of at least `least` bytes, each with its first byte in the content. */
  *groups(least: number): Generator<{ readonly at: number; readonly numbers: Float64Array }> {
    let [first, at, length] = [0, 0, 0];
    for (let index = 0; index < this.#count; index++) {
      length += this.#numbers[index * NUMBERS + 4]!;
      if (length < least && index < this.#count - 1) continue;
      yield { at, numbers: this.#numbers.slice(first * NUMBERS, (index + 1) * NUMBERS) };
      [first, at, length] = [index + 1, at + length, 0];
    }
  }

  #add(kind: number, at: number, stored: number, skip: number, length: number): void {
    const first = this.#count * NUMBERS;
    if (first === this.#numbers.length) {
      const larger = new Float64Array(2 * first);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[first] = kind;
    this.#numbers[first + 1] = at;
    this.#numbers[first + 2] = stored;
    this.#numbers[first + 3] = skip;
    this.#numbers[first + 4] = length;
    this.#count++;
  }
}
