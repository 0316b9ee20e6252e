// Ranges of files that go into the image without passing through this program's memory.

import type { Data } from './content.js';
import type { FilePlace, RangeReader } from './range-list.js';

/** Most bytes of one transfer: an abort waits for no more, and progress is reported after each. */
const MOST = 32 * 1024 * 1024;

/**
 * Permission to yield {@link Transfer}s. `writeImage` gives it to a content, which hands it on to what it is made of. Only code
 * that passes pieces on as they are may hand it on: a transfer has a length and parts, but no bytes.
 */
export interface Transfers {
  readonly most: number;
}

/** The only permission. */
export const TRANSFERS: Transfers = { most: MOST };

/** A range of a regular file, copied by the system from file to file. */
export class Transfer {
  constructor(
    readonly place: FilePlace & { readonly reader: RangeReader },
    /** First byte in the file. */
    readonly at: number,
    readonly length: number,
    /** Whether the file has to end after it. */
    readonly ends: boolean,
  ) {}

  /** A part, with the bounds of `Uint8Array.subarray`. */
  subarray(from: number, to = this.length): Transfer {
    return new Transfer(this.place, this.at + from, to - from, this.ends && to === this.length);
  }
}

/** A transfer in a stream of pieces: those who pass it on use only what it has in common with an array of bytes. */
export function transferPiece(transfer: Transfer): Data {
  return transfer as unknown as Data;
}

/** Whether a piece is a transfer. */
export function isTransfer(piece: unknown): piece is Transfer {
  return piece instanceof Transfer;
}
