// Pieces of an image, collected into few large writes.

import { type ExactContent, isHole, type Run } from './content.js';
import { zeros } from './memory.js';
import { exactly } from './pieces.js';
import type { OpenTarget } from './target.js';
import type { Unread } from './unread.js';

/**
 * Bytes of one write. From 2 MiB on Linux puts them into huge pages, which on virtual machines that give free memory back
 * take several times as much system time as smaller ones.
 */
export const WRITE_SIZE = 512 * 1024;
/** Writes in progress while the next one is collected: with one, its thread waits for the main thread after each. */
const IN_PROGRESS = 3;
const SHORT_GAP = 4096;

/** A write in progress, and its buffer, which can be filled again when it is done; none for bytes that are moved. */
interface Write {
  readonly buffer: Uint8Array | undefined;
  readonly done: Promise<void>;
}

/** Writes pieces one after another. An error of a write is thrown by one of the calls after it, at the latest by `flush`. */
export class SequentialWriter {
  /** Bytes of the image so far. */
  position = 0;
  /** Bytes handed to the target so far. */
  written = 0;
  readonly #target: OpenTarget;
  /** The oldest is the first. */
  readonly #writes: Write[] = [];
  readonly #most: number;
  #filling: Uint8Array = new Uint8Array(WRITE_SIZE);
  #filled = 0;
  #spare: Uint8Array | undefined;

  constructor(target: OpenTarget) {
    this.#target = target;
    this.#most = target.concurrentWrites ? IN_PROGRESS : 1;
  }

  async put(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const count = Math.min(bytes.length - done, WRITE_SIZE - this.#filled);
      this.#filling.set(bytes.subarray(done, done + count), this.#filled);
      this.#filled += count;
      this.position += count;
      done += count;
      if (this.#filled === WRITE_SIZE) await this.#write();
    }
  }

  async skip(length: number): Promise<void> {
    const { position } = this;
    const { at, length: copied } = this.#target.copiedAhead ?? { at: 0, length: 0 };
    const [from, to] = [Math.max(position, at), Math.min(position + length, at + copied)];
    if (from >= to) return this.#leave(length);
    await this.#leave(from - position);
    for (const gap of zeros(to - from)) await this.put(gap);
    await this.#leave(position + length - to);
  }

  /** Leaves a gap, where the target has zeros. */
  async #leave(length: number): Promise<void> {
    // A short gap is cheaper as zeros in the buffer than as a separate write after it.
    if (this.#filled > 0 && length <= SHORT_GAP && length <= WRITE_SIZE - this.#filled) {
      this.#filling.fill(0, this.#filled, this.#filled + length);
      this.#filled += length;
    } else {
      await this.#write();
    }
    this.position += length;
  }

  /** Content that the target copies if it can. */
  async copy(content: ExactContent, run: Run): Promise<void> {
    await this.flush();
    if (await this.#target.copy?.(content, this.position)) {
      this.position += content.size;
      this.written += content.size;
      return;
    }
    for await (const piece of exactly(content, run)) await (isHole(piece) ? this.skip(piece.hole) : this.put(piece));
  }

  /** Has bytes read and written. */
  async move(unread: Unread): Promise<void> {
    await this.#write();
    while (this.#writes.length >= this.#most) await this.#oldest();
    this.#begin(undefined, this.#target.move!(this.position, unread), unread.length);
    this.position += unread.length;
  }

  async flush(): Promise<void> {
    await this.#write();
    while (this.#writes.length > 0) await this.#oldest();
  }

  async #write(): Promise<void> {
    if (this.#filled === 0) return;
    while (this.#writes.length >= this.#most) await this.#oldest();
    const buffer = this.#filling;
    const done = this.#target.write(this.position - this.#filled, buffer.subarray(0, this.#filled));
    this.#begin(buffer, done, this.#filled);
    this.#filling = this.#spare ?? new Uint8Array(WRITE_SIZE);
    this.#spare = undefined;
    this.#filled = 0;
  }

  #begin(buffer: Uint8Array | undefined, done: Promise<void>, length: number): void {
    // Thrown when it is waited for; until then it is not "unhandled".
    done.catch(() => {});
    this.#writes.push({ buffer, done });
    this.written += length;
  }

  /** Waits for the oldest write. */
  async #oldest(): Promise<void> {
    const { buffer, done } = this.#writes[0]!;
    await done;
    this.#writes.shift();
    this.#spare ??= buffer;
  }
}
