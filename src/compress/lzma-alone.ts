// Blocks of the format of the first LZMA tools (".lzma"): properties, a size, and data without a checksum.

import type { BlockDecoder } from './block-decoder.js';
import { unpackStream } from './unpack.js';

/** Decodes a block, on the main thread. */
export const decodeLzmaAlone: BlockDecoder = async (block, limit) => {
  const pieces = (async function* () {
    yield block;
  })();
  const bytes = new Uint8Array(limit);
  let length = 0;
  for await (const piece of unpackStream('lzma', pieces, limit)) {
    bytes.set(piece, length);
    length += piece.length;
  }
  return bytes.subarray(0, length);
};
