// LZ4 blocks without a frame.

import type { Codec } from '../codec.js';

export const lz4: Codec<'lz4'> = {
  name: 'lz4',
  levels: { least: 1, most: 12, usual: 1 },
  levelsNote: '; 2 and more are high compression',
  settings: [],
  check: () => ({}),
  native: (level) => ({ codec: 'lz4', level }),
  engines: [
    {
      name: 'lz4js',
      id: 'script/lz4js@0.2.0',
      levels: { least: 1, most: 1, usual: 1 },
      coder: async () => (await import('../engines/lz4js.js')).lz4Coder(),
    },
  ],
};
