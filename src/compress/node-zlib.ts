// deflate by the zlib that Node was built with: fast, and its bytes change with that zlib.

import { deflateSync } from 'node:zlib';
import type { BlockCoder } from './coder.js';
import type { EngineId } from './compressor.js';

/** Names the zlib inside the running Node. */
export const NODE_ZLIB: EngineId = `node/zlib@${process.versions['zlib'] ?? 'unknown'}`;

/** zlib streams (RFC 1950) with a 32 KiB window. */
export function zlibCoder(level: number): BlockCoder {
  // One output chunk as large as the block: anything longer is of no use, and the usual case needs no joining.
  return (block) => deflateSync(block, { level, chunkSize: Math.max(block.length, 64) });
}
