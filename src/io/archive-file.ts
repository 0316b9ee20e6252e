// A file of which many contents are parts, such as a tar archive: opened once for all of them. Opening it for each part would take
// most of the time of an archive of many small files.

import { closeSync, readSync } from 'node:fs';
import type { ByteString } from '../bytes/index.js';
import { type Data, type ExactContent, NO_HOLES, type Range, type Run } from './content.js';
import { FAST, type FastPath } from './fast-path.js';
import { resized, sourceError } from './host-path.js';
import { checkRange } from './memory.js';
import { type FoundFile, openFound, openFoundSync } from './open-file.js';
import type { FileIdentity } from './range-list.js';
import { lentChunk, readRange, returnChunk } from './read-file.js';

/** Up to this size a part is read in one synchronous call: awaits would cost more. */
const SMALL = 128 * 1024;
/** Up to this size in chunks, with synchronous calls too. */
const MEDIUM = 16 * 1024 * 1024;
/** Milliseconds without a read after which the file is closed. It is opened again when it is needed. */
const IDLE = 100;

export class ArchiveFile {
  readonly #found: FoundFile;
  #fd: number | undefined;
  #isUsed = false;

  /** Nothing is opened before the first read, and nothing has to be closed. */
  constructor(path: ByteString, identity: FileIdentity) {
    this.#found = { path, identity, follow: true };
  }

  get path(): ByteString {
    return this.#found.path;
  }

  /** The bytes of a range. Reading them throws `source.changed` if another file is at the path, or if the file ends before the range does. */
  part({ at, length }: Range): ExactContent {
    return new (length <= SMALL ? SmallPart : LargePart)(this, at, length);
  }

  /** Fills `length` bytes of `into` from byte `start`. */
  read(at: number, length: number, into: Uint8Array, start: number): void {
    const fd = this.#opened();
    for (let got = 0; got < length; ) {
      const count = this.#readSome(fd, into, start + got, length - got, at + got);
      if (count === 0) throw resized(this.path, at + length, at + got);
      got += count;
    }
  }

  /** A long range, read in the background one chunk ahead of the consumer. */
  async *readAhead(range: Range, run: Run): AsyncGenerator<Data> {
    const file = await openFound(this.#found);
    try {
      yield* readRange(this.path, file, range, run);
    } finally {
      await file.close();
    }
  }

  #readSome(fd: number, into: Uint8Array, start: number, length: number, at: number): number {
    try {
      return readSync(fd, into, start, length, at);
    } catch (error) {
      throw sourceError(this.path, error);
    }
  }

  #opened(): number {
    this.#isUsed = true;
    if (this.#fd === undefined) {
      this.#fd = openFoundSync(this.#found);
      const timer = setInterval(() => this.#closeIfIdle(timer), IDLE);
      timer.unref();
    }
    return this.#fd;
  }

  #closeIfIdle(timer: NodeJS.Timeout): void {
    if (!this.#isUsed && this.#fd !== undefined) {
      clearInterval(timer);
      closeSync(this.#fd);
      this.#fd = undefined;
    }
    this.#isUsed = false;
  }
}

// Classes, not closures: trees hold one of these per file, and methods on the prototype take no memory per file.

abstract class Part implements ExactContent {
  constructor(
    readonly archive: ArchiveFile,
    readonly at: number,
    readonly size: number,
  ) {}

  get holes(): readonly Range[] {
    return NO_HOLES;
  }

  abstract pieces(run: Run): AsyncGenerator<Data>;

  slice(range: Range): ExactContent {
    checkRange(range, this.size);
    return this.archive.part({ at: this.at + range.at, length: range.length });
  }
}

class SmallPart extends Part {
  /** The part is its own fast path, to save an object per file. */
  get [FAST](): FastPath {
    return this;
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(this.size);
    this.copyInto(bytes, 0);
    return bytes;
  }

  copyInto(into: Uint8Array, at: number): void {
    this.archive.read(this.at, this.size, into, at);
  }

  async *pieces(): AsyncGenerator<Data> {
    if (this.size > 0) yield this.bytes();
  }
}

class LargePart extends Part {
  async *pieces(run: Run): AsyncGenerator<Data> {
    if (this.size > MEDIUM) {
      yield* this.archive.readAhead({ at: this.at, length: this.size }, run);
      return;
    }
    const buffer = lentChunk();
    try {
      for (let done = 0; done < this.size; ) {
        const length = Math.min(buffer.length, this.size - done);
        this.archive.read(this.at + done, length, buffer, 0);
        done += length;
        yield buffer.subarray(0, length);
        run.signal?.throwIfAborted();
      }
    } finally {
      // The consumer has moved on, so the buffer can be reused.
      returnChunk(buffer);
    }
  }
}
