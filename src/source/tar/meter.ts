// The cost of reading an archive: the work done so far, and the memory of everything except file data.

import { InvalidImageError } from '../../errors.js';

/** Memory of an entry or directory without its strings and attributes, in bytes. */
export const ENTRY_COST = 512;
/** Memory of an attribute without its name and value. */
export const XATTR_COST = 128;

/** Memory for names and attributes of any archive, and more for each byte of a compressed one. */
const HELD_ANYWAY = 256 * 1024 ** 2;
const HELD_PER_BYTE = 256;

/** Counts the work and the memory that an archive takes, and ends its reading beyond a limit. */
export class Meter {
  /** Headers, records, path components and map entries processed: grows no faster than the bytes read. */
  steps = 0;
  /** Bytes held by names, targets, attributes and entries. */
  held = 0;
  readonly #limit: number;

  /** `limit` bounds {@link held}. */
  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  step(count = 1): void {
    this.steps += count;
  }

  /** Throws {@link InvalidImageError} `tar.metadata` above the limit. */
  hold(bytes: number, at: number): void {
    this.held += bytes;
    if (this.held <= this.#limit) return;
    const message = `Names and attributes of the archive take more than ${this.#limit} bytes, too many for its compressed size.`;
    throw new InvalidImageError('tar.metadata', message, {
      at,
      hint: 'Unpack it yourself if that is intended.',
    });
  }
}

/** A meter with the usual limit for an archive of `stored` compressed bytes. */
export function meterOfCompressed(stored: number): Meter {
  return new Meter(HELD_ANYWAY + HELD_PER_BYTE * stored);
}
