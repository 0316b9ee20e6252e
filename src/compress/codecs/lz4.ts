// LZ4 blocks without a frame.

import type { Codec } from '../codec.js';

export const lz4: Codec<'lz4'> = {
  name: 'lz4',
  levels: { least: 1, most: 12, usual: 1 },
  levelsNote: '; 2 and more are high compression',
  settings: [],
  check: () => ({}),
  parameters: (level) => [level],
  engines: [
    {
      name: 'lz4js',
      id: 'npm/lz4js@0.2.0',
      from: 'the package lz4js',
      levels: { least: 1, most: 1, usual: 1 },
      coder: async () => (await import('../engines/lz4js.js')).lz4Coder(),
      decode: async (block, limit) => (await import('../engines/lz4js.js')).lz4Decode(block, limit),
    },
  ],
};
