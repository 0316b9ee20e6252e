// Data that has to be unpacked before it can be read at random, in browsers: blobs, which they keep in memory or on disk.

import { blobSource } from './blob.js';
import type { Source } from './content.js';

/** The unpacked data of one piece of work. */
export class Spool {
  readonly #kept = new WeakMap<Source, Promise<Source>>();

  /** As on Node.js. */
  keep(packed: Source, unpack: () => AsyncIterable<Uint8Array>): Promise<Source> {
    const known = this.#kept.get(packed);
    if (known) return known;
    const made = toBlob(unpack());
    this.#kept.set(packed, made);
    return made;
  }

  async close(): Promise<void> {}
}

async function toBlob(pieces: AsyncIterable<Uint8Array>): Promise<Source> {
  let blob = new Blob([]);
  for await (const piece of pieces) blob = new Blob([blob, piece.slice()]);
  return blobSource(blob);
}
