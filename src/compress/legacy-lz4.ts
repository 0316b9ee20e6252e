// LZ4 in the legacy frame, which Linux expects of an initrd: blocks of 8 MiB, each with its compressed length before it
// (LZ4 frame format, "Legacy frame"). Frames may follow one another.

import { coreDecoder } from './core/core-coder.js';

const MAGIC = 0x184c_2102;
const WORD = 4;
const BLOCK = 8 * 1024 * 1024;
/** Maximum growth of an incompressible block. */
const LARGEST_CODED = BLOCK + Math.floor(BLOCK / 255) + 16;

/** The bytes of all frames, block by block. Throws for broken ones. */
export async function* unpackLegacyLz4(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const decode = coreDecoder('lz4');
  let held = Buffer.alloc(0);
  let length: number | undefined;
  for await (const piece of pieces) {
    held = Buffer.concat([held, piece]);
    for (;;) {
      if (length === undefined) {
        if (held.length < WORD) break;
        const word = held.readUInt32LE(0);
        held = held.subarray(WORD);
        if (word === MAGIC) continue;
        if (word === 0 || word > LARGEST_CODED) throw new Error(`a block cannot have ${word} bytes`);
        length = word;
      }
      if (held.length < length) break;
      yield decode(held.subarray(0, length), BLOCK);
      held = held.subarray(length);
      length = undefined;
    }
  }
  if (held.length > 0 || length !== undefined) throw new Error('the stream ends too early');
}
