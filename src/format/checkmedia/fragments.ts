// Fragment sums: digests of growing beginnings of the image, of which a few hexadecimal digits each are kept, so that a
// checker can stop early. The boundaries follow from reading in steps of 32 KiB, as isomd5sum does.

import type { Digest } from '../../io/index.js';

/** Digits of all fragments together. */
export const FRAGMENT_DIGITS = 60;
const STEP = 32 * 1024;

/** Feeds a digest and takes snapshots of it where a fragment ends. Bytes may come in portions of any size. */
export class FragmentSums {
  readonly #digest: Digest;
  readonly #fragment: number;
  readonly #count: number;
  readonly #total: number;
  #position = 0;
  #sums = '';

  /** @param total bytes that will be fed @param count fragments, a divisor of 60 */
  constructor(digest: Digest, total: number, count: number) {
    this.#digest = digest;
    this.#fragment = Math.floor(total / (count + 1));
    this.#count = count;
    this.#total = total;
  }

  update(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length && this.#position < this.#total; ) {
      const stepStart = this.#position - (this.#position % STEP);
      const stepEnd = Math.min(stepStart + STEP, this.#total);
      const length = Math.min(stepEnd - this.#position, bytes.length - done);
      this.#digest.update(bytes.subarray(done, done + length));
      this.#position += length;
      done += length;
      if (this.#position === stepEnd) this.#endStep(stepStart);
    }
  }

  /** The digits so far: 60 at the end, fewer where one step passes several fragments. */
  get sums(): string {
    return this.#sums;
  }

  /** A step that starts in another fragment than the one before ends the earlier fragment, itself included. */
  #endStep(start: number): void {
    const fragmentAt = (at: number) => Math.floor(at / this.#fragment);
    if (start === 0 || this.#fragment === 0 || fragmentAt(start) === fragmentAt(start - STEP)) return;
    if (this.#sums.length >= FRAGMENT_DIGITS) return;
    const digits = FRAGMENT_DIGITS / this.#count;
    // The first character of the unpadded hexadecimal form: 0x0a gives "a".
    for (const byte of this.#digest.snapshot().subarray(0, digits)) this.#sums += byte.toString(16)[0];
  }
}
