// Small structures one after the other, read in large steps.

import type { Range, Source } from './content.js';

/** A part of a source that is read mostly forwards. */
export class Window {
  readonly #source: Source;
  readonly #end: number;
  readonly #step: number;
  #at = 0;
  #bytes = new Uint8Array(0);

  /** Reads nothing outside of `within`; `step`: bytes that are read at once. */
  constructor(source: Source, within: Range, step: number) {
    this.#source = source;
    this.#end = within.at + within.length;
    this.#step = step;
  }

  /** As many of the bytes as there are, valid until the next call. */
  async bytes(at: number, length: number): Promise<Uint8Array> {
    const end = Math.min(at + length, this.#end);
    if (at < this.#at || end > this.#at + this.#bytes.length) {
      this.#at = at;
      this.#bytes = new Uint8Array(Math.max(0, Math.min(Math.max(this.#step, length), this.#end - at)));
      if (this.#bytes.length > 0) await this.#source.read(at, this.#bytes);
    }
    return this.#bytes.subarray(at - this.#at, Math.max(0, end - this.#at));
  }
}
