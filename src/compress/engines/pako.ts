// deflate in JavaScript: slow, with exactly the bytes of unmodified zlib.

import { deflate, Inflate } from 'pako';
import type { BlockCoder } from '../codec.js';

/** zlib streams (RFC 1950), byte for byte those of the original zlib: `legacyHash` is its hash of three bytes. */
export function pakoCoder(level: number): BlockCoder {
  return (block) => deflate(block, { level: level as 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9, legacyHash: true });
}

/** The bytes of a zlib stream, at most `limit`. */
export function pakoDecode(block: Uint8Array, limit: number): Uint8Array {
  const inflate = new Inflate();
  const chunks: Uint8Array[] = [];
  let length = 0;
  inflate.onData = (chunk) => {
    length += chunk.length;
    if (length > limit) throw new Error('it is longer than its limit');
    chunks.push(chunk as Uint8Array);
  };
  if (!inflate.push(block, true) || inflate.err) throw new Error(inflate.msg || 'it is not a zlib stream');
  return Buffer.concat(chunks);
}
