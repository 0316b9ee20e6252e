// Memory that is used again: a new buffer for every block costs more than decompressing it, since all of them are collected.

import { chooseNative, type EngineChoice } from '../native/index.js';

/** Bytes that are kept for use. */
const KEPT = 8 * 1024 * 1024;

export class Buffers {
  readonly #size: number;
  readonly #allocate: (length: number) => ArrayBuffer;
  readonly #free: ArrayBuffer[] = [];

  /** Of buffers of `size` bytes; a native decoder needs memory of the addon. */
  constructor(size: number, engine: EngineChoice) {
    this.#size = size;
    const { addon } = chooseNative(engine);
    this.#allocate = addon
      ? (length) => addon.allocate(length).buffer as ArrayBuffer
      : (length) => new ArrayBuffer(length);
  }

  /** A buffer with any content. */
  take(): ArrayBuffer {
    return this.#free.pop() ?? this.#allocate(this.#size);
  }

  /** Takes a buffer back that nobody reads any more; one of another kind is left alone. */
  give(buffer: ArrayBufferLike): void {
    const fits = buffer instanceof ArrayBuffer && buffer.byteLength === this.#size;
    if (fits && this.#free.length * this.#size < KEPT) this.#free.push(buffer);
  }
}
