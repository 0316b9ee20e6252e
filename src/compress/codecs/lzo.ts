// LZO1X blocks without a frame: one way to compress.

import type { Codec } from '../codec.js';

export const lzo: Codec<'lzo'> = {
  name: 'lzo',
  levels: undefined,
  settings: [],
  check: () => ({}),
  parameters: () => [],
  engines: [],
};
