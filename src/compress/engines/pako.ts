// deflate in plain script: slow, and the same bytes on every machine and Node version.

import { deflate } from 'pako';
import type { BlockCoder } from '../codec.js';

/** zlib streams (RFC 1950), byte for byte those of the original zlib: `legacyHash` is its hash of three bytes. */
export function pakoCoder(level: number): BlockCoder {
  return (block) => deflate(block, { level: level as 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9, legacyHash: true });
}
