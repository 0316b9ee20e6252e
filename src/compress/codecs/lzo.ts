// LZO1X blocks without a frame: one way to compress, with blocks 6 % larger than by the reference's lzo1x_999.

import type { Codec } from '../codec.js';

export const lzo: Codec<'lzo'> = {
  name: 'lzo',
  levels: undefined,
  settings: [],
  check: () => ({}),
  native: () => ({ codec: 'lzo', level: 0 }),
  engines: [],
};
