// Ranges of files to be read with one call, in the arrays that threads take them from. Objects would survive many
// collections of the young generation while they wait, and fill the heap.

import type { ByteString } from '../bytes/index.js';

/** Numbers of a range: first byte in the file, bytes, first byte in memory, flags, device and inode. */
const NUMBERS = 6;
/** Flags of a range: the file has to end after it; its path may be a symbolic link. */
const ENDS = 1;
const FOLLOW = 2;
const SLASH = 0x2f;

/** Identity of a file: its file system and its number there. An inode of -1 stands for any. */
export interface FileIdentity {
  readonly device: number;
  readonly inode: number;
}

/** Shared by all files of a directory, to save memory in trees of many files. */
export interface SourceDirectory {
  /** Empty where a file's name is its whole path. */
  readonly path: ByteString;
  /** The file system of the files. */
  readonly device: number;
  /** Reads the files ahead. */
  readonly reader: RangeReader | undefined;
}

/** Place and identity of a file when it was found. */
export interface FilePlace {
  readonly directory: SourceDirectory;
  readonly name: ByteString;
  readonly inode: number;
}

/** A range of a regular file, and where it goes. */
export interface RangeRequest {
  readonly path: ByteString;
  readonly at: number;
  readonly length: number;
  /** First byte in the memory to be filled. */
  readonly into: number;
  /** Whether the file has to end after the range. */
  readonly ends: boolean;
  readonly identity: FileIdentity;
  /** Whether the path may be a symbolic link. */
  readonly follow: boolean;
}

/** A range of an open file. */
export interface FileRange {
  readonly descriptor: number;
  readonly at: number;
  readonly length: number;
}

/** Digests that threads take of whole files; `head` is the identity of their first 4096 bytes. */
export type FileDigestName = 'identity' | 'head' | 'md5' | 'sha256';

/** Reads ranges of many files with one call, in threads. */
export interface RangeReader {
  /** Memory that {@link read} can fill. */
  allocate(length: number): Uint8Array;
  /**
   * Fills parts of `memory`, which must not be used meanwhile. Rejects with a {@link SourceError} for files that cannot be
   * read, or has changed since it was planned.
   */
  read(ranges: RangeList, memory: Uint8Array): Promise<void>;
  /**
   * The states of the files that ranges are the whole of, 40 bytes for each as the addon gives them; zeros for one that is not as it was found.
   */
  states?(ranges: RangeList): Promise<Uint8Array>;
  /** The digests of the files that ranges are the whole of; zeros for one that is to be read in another way. */
  digests?(name: FileDigestName, ranges: RangeList): Promise<Uint8Array>;
  /** As {@link read}, and writes the first bytes of the memory to an open file. False if that did not write everything. */
  move?(ranges: RangeList, memory: Uint8Array, to: FileRange): Promise<boolean>;
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

  /** A path for each range, each followed by a zero byte. */
  get paths(): Uint8Array {
    return this.#paths.subarray(0, this.#pathsEnd);
  }

  /** The numbers of each range. */
  get numbers(): Float64Array {
    return this.#numbers.subarray(0, this.#count * NUMBERS);
  }

  clear(): void {
    this.#pathsEnd = 0;
    this.#count = 0;
  }

  add({ directory, name, inode }: FilePlace, at: number, length: number, into: number, ends: boolean): void {
    const { path, device } = directory;
    this.#makeRoom(path.length + name.length + 2);
    const paths = this.#paths;
    let end = this.#pathsEnd;
    if (path.length > 0) {
      end += paths.write(path, end, 'latin1');
      if (paths[end - 1] !== SLASH) paths[end++] = SLASH;
    }
    end += paths.write(name, end, 'latin1');
    paths[end++] = 0;
    this.#pathsEnd = end;
    const first = this.#count++ * NUMBERS;
    this.#numbers[first] = at;
    this.#numbers[first + 1] = length;
    this.#numbers[first + 2] = into;
    this.#numbers[first + 3] = (ends ? ENDS : 0) | (path.length > 0 ? 0 : FOLLOW);
    this.#numbers[first + 4] = device;
    this.#numbers[first + 5] = inode;
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
          ends: (this.#numbers[first + 3]! & ENDS) !== 0,
          identity: { device: this.#numbers[first + 4]!, inode: this.#numbers[first + 5]! },
          follow: (this.#numbers[first + 3]! & FOLLOW) !== 0,
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
