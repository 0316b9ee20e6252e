// LZ4 in the legacy frame, which Linux expects of an initrd: blocks of 8 MiB, each with its compressed length before it
// (LZ4 frame format, "Legacy frame"). Frames may follow one another.

import { concatBytes } from '../bytes/index.js';
import { coreDecoder } from './core/core-coder.js';

const MAGIC = 0x184c_2102;
const WORD = 4;
const BLOCK = 8 * 1024 * 1024;
/** Maximum growth of an incompressible block. */
const LARGEST_CODED = BLOCK + Math.floor(BLOCK / 255) + 16;

/** The bytes of all frames, block by block. Throws for broken ones. */
export async function* unpackLegacyLz4(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decode = coreDecoder('lz4');
  const held = new HeldBytes();
  let length: number | undefined;
  for await (const piece of pieces) {
    held.add(piece);
    for (;;) {
      if (length === undefined) {
        if (held.size < WORD) break;
        const word = word32(held.take(WORD));
        if (word === MAGIC) continue;
        if (word === 0 || word > LARGEST_CODED) throw new Error(`a block cannot have ${word} bytes`);
        length = word;
      }
      if (held.size < length) break;
      yield decode(held.take(length), BLOCK);
      length = undefined;
    }
  }
  if (held.size > 0 || length !== undefined) throw new Error('the stream ends too early');
}

function word32({ buffer, byteOffset }: Uint8Array): number {
  return new DataView(buffer, byteOffset, WORD).getUint32(0, true);
}

/** Bytes that wait for the rest of their block. Each is copied once, however small the pieces are that it comes in. */
class HeldBytes {
  size = 0;
  #parts: Uint8Array[] = [];

  /** A copy, because pieces are only lent. */
  add(piece: Uint8Array): void {
    this.#parts.push(piece.slice());
    this.size += piece.length;
  }

  /** The next `length` bytes, which are there. */
  take(length: number): Uint8Array {
    const first = this.#parts[0]!;
    if (first.length >= length) {
      this.#parts[0] = first.subarray(length);
      this.size -= length;
      return first.subarray(0, length);
    }
    const whole = concatBytes(this.#parts);
    this.#parts = [whole.subarray(length)];
    this.size = whole.length - length;
    return whole.subarray(0, length);
  }
}
