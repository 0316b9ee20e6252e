// Encoded data that files have in common: stored once, by its digest.

import { byteStringOf } from '../../bytes/index.js';
import type { PackedExtent } from '../../compress/index.js';
import { digestOf } from '../../io/index.js';

/** Bytes of a digest that are kept: no two of them meet by chance. */
const DIGEST = 16;

/** Knows all encoded data of an image. */
export class ExtentPool {
  readonly #blocks = new Map<string, number>();

  /**
   * The block of data that decodes to the same; undefined if this is the first, which has `block` then. `shift` is what
   * turns the bytes of a stored block.
   */
  find(extent: PackedExtent, data: Uint8Array, shift: number, block: number): number | undefined {
    const digest = byteStringOf(digestOf('sha256', data).subarray(0, DIGEST));
    const key = `${digest}${extent.length},${extent.encoded},${extent.encoded === 0 ? shift : 0}`;
    const known = this.#blocks.get(key);
    if (known === undefined) this.#blocks.set(key, block);
    return known;
  }
}
