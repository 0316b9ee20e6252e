// Decodes extents.

import { type BlockDecoder, chooseClusterDecoder, type EngineChoice } from '../../compress/index.js';
import { InvalidImageError } from '../../errors.js';
import type { Run } from '../../io/index.js';
import { ALGORITHM_NAMES } from './compression-config.js';

/** Bytes of decoded extents that are kept: random access often returns to the same extent. */
const KEPT = 16 * 1024 * 1024;

/** An extent to decode. */
export interface EncodedExtent {
  /** Address. */
  readonly at: number;
  /** A number of {@link ALGORITHM_NAMES}. */
  readonly algorithm: number;
  /** The number of decoded bytes; more are cut off. */
  readonly length: number;
}

/** Decodes extents, and keeps the last ones. */
export class DecodedExtents {
  readonly #engine: EngineChoice;
  readonly #decoders = new Map<number, BlockDecoder>();
  readonly #kept = new Map<string, Uint8Array>();
  #bytes = 0;

  constructor(engine: EngineChoice) {
    this.#engine = engine;
  }

  /** The bytes of an extent, whose encoded data is read only if needed. Throws {@link InvalidImageError} for damaged ones. */
  async get(extent: EncodedExtent, read: () => Promise<Uint8Array>, run?: Run): Promise<Uint8Array> {
    const key = `${extent.at}/${extent.length}/${extent.algorithm}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const made = await this.#decoder(extent.algorithm)(await read(), extent.length, run);
    if (made.length !== extent.length) {
      const message = `Compressed data has ${made.length} bytes where ${extent.length} are expected.`;
      throw new InvalidImageError('erofs.extent', message, { at: extent.at });
    }
    this.#keep(key, made);
    return made;
  }

  #keep(key: string, bytes: Uint8Array): void {
    // Two readers may have decoded the same extent.
    if (this.#kept.has(key)) return;
    this.#kept.set(key, bytes);
    this.#bytes += bytes.length;
    for (const [oldest, { length }] of this.#kept) {
      if (this.#bytes <= KEPT) break;
      this.#kept.delete(oldest);
      this.#bytes -= length;
    }
  }

  #decoder(algorithm: number): BlockDecoder {
    const known = this.#decoders.get(algorithm);
    if (known) return known;
    const made = chooseClusterDecoder(ALGORITHM_NAMES[algorithm]!, this.#engine);
    this.#decoders.set(algorithm, made);
    return made;
  }
}
