// Zstandard frames that state their length, with a window no larger than the block.

import type { Codec } from '../codec.js';
import { NODE_ZSTD, nodeZstdCoder, nodeZstdDecode } from '../engines/node-zstd.js';

export const zstd: Codec<'zstd'> = {
  name: 'zstd',
  levels: { least: -7, most: 22, usual: 15 },
  settings: [],
  check: () => ({}),
  parameters: (level) => [level],
  engines: [
    {
      name: 'node-zstd',
      id: NODE_ZSTD,
      from: 'Node.js 22.15 or newer',
      coder: async (level) => nodeZstdCoder(level),
      decode: async (block, limit) => nodeZstdDecode(block, limit),
    },
  ],
};
