// deflate by the zlib that Node was built with: fast, and its bytes change with that zlib.

import { constants, deflateSync, inflateSync } from 'node:zlib';
import type { BlockCoder, EngineId } from '../codec.js';
import { type GzipStrategy, USUAL_ZLIB } from '../codecs/zlib-settings.js';

/** Names the zlib inside the running Node. */
export const NODE_ZLIB: EngineId = `node/zlib@${process.versions['zlib'] ?? 'unknown'}`;

const STRATEGIES: Readonly<Record<GzipStrategy, number>> = {
  default: constants.Z_DEFAULT_STRATEGY,
  filtered: constants.Z_FILTERED,
  huffman_only: constants.Z_HUFFMAN_ONLY,
  run_length_encoded: constants.Z_RLE,
  fixed: constants.Z_FIXED,
};

/** zlib streams (RFC 1950), of each block the smallest that a strategy gives. */
export function zlibCoder(level: number, { windowBits, strategies } = USUAL_ZLIB): BlockCoder {
  return (block) => {
    // One output chunk as large as the block: anything longer is of no use, and the usual case needs no joining.
    const options = { level, windowBits, chunkSize: Math.max(block.length, 64) };
    const results = strategies.map((name) => deflateSync(block, { ...options, strategy: STRATEGIES[name] }));
    return results.reduce((best, result) => (result.length < best.length ? result : best));
  };
}

/** The bytes of a zlib stream. zlib refuses a limit of 0. */
export function inflateLimited(block: Uint8Array, limit: number): Uint8Array {
  return inflateSync(block, { maxOutputLength: Math.max(limit, 1) });
}
