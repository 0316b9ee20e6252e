// Blocks decompressed by the codec core in browsers: without threads.

import { coreDecoder } from './core/core-coder.js';
import type * as host from './core-decoder.js';

/** As on Node.js with one job. */
export const decodeByCore: typeof host.decodeByCore = (codec) => {
  const decode = coreDecoder(codec);
  return (block, limit, _, buffers) => {
    const bytes = decode(block, limit);
    buffers?.give(block.buffer);
    return bytes;
  };
};
