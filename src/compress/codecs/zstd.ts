// Zstandard frames that state their length, with a window no larger than the block.

import type { Codec } from '../codec.js';
import { NODE_ZSTD } from '../engines/node-zstd.js';

export const zstd: Codec<'zstd'> = {
  name: 'zstd',
  levels: { least: -7, most: 22, usual: 15 },
  settings: [],
  check: () => ({}),
  native: (level) => ({ codec: 'zstd', level }),
  engines: [
    {
      name: 'node-zstd',
      id: NODE_ZSTD,
      coder: async (level) => (await import('../engines/node-zstd.js')).nodeZstdCoder(level),
    },
    {
      name: 'zstd-wasm',
      id: 'wasm/zstd-wasm@0.0.27',
      coder: async (level) => (await import('../engines/zstd-wasm.js')).zstdWasmCoder(level),
    },
  ],
};
