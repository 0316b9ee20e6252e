// Where the compressed blocks of this run are in packs, so that an image that has them need not be kept a second time.

import type { Blob } from './record.js';

/** A pack whose blocks are somewhere in an image. */
export interface KeptPack {
  /** Undefined: it is not kept, or not yet. */
  readonly data: Blob | undefined;
}

/** A place in a pack. */
export interface BlockPlace {
  readonly pack: KeptPack;
  readonly at: number;
}

/** Places of blocks by the very bytes that a compressor has given, for as long as someone has these. */
export class BlockPlaces {
  readonly #places = new WeakMap<object, BlockPlace>();

  note(block: Uint8Array, place: BlockPlace): void {
    this.#places.set(block, place);
  }

  find(block: Uint8Array): BlockPlace | undefined {
    return this.#places.get(block);
  }
}
