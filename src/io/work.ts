// The work of reading an image: every reader counts it, and stops when it is out of proportion to the image.

import { InvalidImageError } from '../errors.js';

/** The work is out of proportion to the image. It ends the reading, while any other fault may concern one entry only. */
export class ExhaustedError extends InvalidImageError {}

/** Work that every image may take. */
const ALLOWANCE = 256 * 1024 * 1024;
/** Additional units for each byte of the image. Valid images stay below a tenth of this. */
const UNITS_PER_BYTE = 256;

/**
 * Counts in units; 256 units are about the memory and time of one name in a directory. Damaged images refer to the same bytes again and
 * again; their cost stays proportional to their size.
 */
export class Work {
  #spent = 0;
  readonly #limit: number;

  /** For an image of `size` bytes. */
  constructor(
    size: number,
    /** Code of the error that ends the work: `squashfs.work`. */
    readonly code: string,
  ) {
    this.#limit = ALLOWANCE + size * UNITS_PER_BYTE;
  }

  /** Units since the last {@link restart}. */
  get spent(): number {
    return this.#spent;
  }

  /** Throws {@link ExhaustedError} when the work is more than the image can be worth. */
  spend(units: number): void {
    this.#spent += units;
    if (this.#spent > this.#limit) {
      throw new ExhaustedError(this.code, 'Its structures refer to the same bytes too often.');
    }
  }

  /** Resets the count before the image is read again. */
  restart(): void {
    this.#spent = 0;
  }
}

/** Units of one name in a directory: its text, its entry, its node. */
export const NAME_UNITS = 256;
/** Units of an entry that cannot be read: the error that says so. */
export const FAULT_UNITS = 2048;
/** Units of each byte of metadata that is kept: lists of blocks, targets of links, values of attributes. */
export const KEPT_BYTE_UNITS = 8;
