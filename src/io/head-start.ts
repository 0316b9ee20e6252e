// A part of an open file that an image will most likely have, copied while the image is still planned.

import type { ExactContent, PlacedContent, Range } from './content.js';
import { storedRange } from './stored.js';

/** Nothing stops a copy that has begun. */
const MOST_AT_ONCE = 64 * 1024 * 1024;

/** Copies a content without holes to its place, from its start on. */
export class HeadStart {
  /** Resolves when the content is copied, as far as the system can, or after `stop`; rejects with the error of a copy. */
  readonly done: Promise<void>;
  readonly #content: ExactContent;
  readonly #at: number;
  #copied = 0;
  #stopped = false;

  constructor({ content, at }: PlacedContent, copy: (content: ExactContent, at: number) => Promise<boolean>) {
    this.#content = content;
    this.#at = at;
    this.done = this.#run(copy);
    // Thrown when it is waited for; until then it is not "unhandled".
    this.done.catch(() => {});
  }

  /** The place of what has been copied. */
  get range(): Range {
    return { at: this.#at, length: this.#copied };
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Waits for the copy, and stops it if the image is not wanted any more. */
  async end(signal?: AbortSignal): Promise<void> {
    const stop = () => this.stop();
    signal?.addEventListener('abort', stop);
    try {
      if (signal?.aborted) stop();
      await this.done;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** The parts of a content that have not been copied to their place yet. */
  missing(content: ExactContent, at: number): PlacedContent[] {
    const [copied, asked] = [storedRange(this.#content), storedRange(content)];
    const isSame = copied && asked && copied.store === asked.store && asked.at - at === copied.at - this.#at;
    if (!isSame) return [{ content, at }];
    const end = at + content.size;
    const from = Math.min(Math.max(this.#at, at), end);
    const to = Math.max(Math.min(this.#at + this.#copied, end), from);
    const part = (first: number, last: number) =>
      first < last ? [{ content: content.slice({ at: first - at, length: last - first }), at: first }] : [];
    return [...part(at, from), ...part(to, end)];
  }

  async #run(copy: (content: ExactContent, at: number) => Promise<boolean>): Promise<void> {
    while (!this.#stopped && this.#copied < this.#content.size) {
      const length = Math.min(MOST_AT_ONCE, this.#content.size - this.#copied);
      const part = this.#content.slice({ at: this.#copied, length });
      if (!(await copy(part, this.#at + this.#copied))) return;
      this.#copied += length;
    }
  }
}
