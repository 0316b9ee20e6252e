// xz files of one block, as the kernel reads them: LZMA2 after at most one branch filter, with a CRC-32.

import type { Codec } from '../codec.js';
import { napiLzmaCoder, napiLzmaDecode, napiLzmaId } from '../engines/napi-lzma.js';
import { BCJ_FILTERS, type BcjFilter, checkXz, USUAL_FILTERS } from './xz-settings.js';

/** Settings of xz beyond a level. */
export interface XzRequest {
  /** More time for less size. Default false. */
  readonly extreme?: boolean;
  /** Most bytes of the dictionary, 2^n or 3 × 2^n, 8192 or more. Default: as many as a block. */
  readonly dictionarySize?: number;
  /**
   * Branch filters to choose from: a block that looks like code of a machine gets the filter of that machine. `auto`: those
   * that every kernel with xz has had for long. Default: none.
   */
  readonly bcj?: 'auto' | readonly BcjFilter[];
}

export const xz: Codec<'xz'> = {
  name: 'xz',
  levels: { least: 0, most: 9, usual: 6 },
  levelsNote: '; 0e-9e take more time for less size',
  settings: [
    {
      key: 'extreme',
      plural: 'extreme levels',
      help: 'more time for less size',
      usual: 'off',
      value: { kind: 'switch' },
    },
    {
      key: 'dictionarySize',
      plural: 'dictionary sizes',
      option: { name: 'dict-size', value: 'bytes' },
      help: 'size of the dictionary',
      usual: 'the block size',
      value: { kind: 'size' },
    },
    {
      key: 'bcj',
      plural: 'branch filters',
      option: { name: 'bcj', value: 'filters' },
      help: `branch filters to choose from, auto or none; any of ${BCJ_FILTERS.join(', ')}`,
      usual: 'none',
      value: { kind: 'names', names: BCJ_FILTERS, words: { auto: 'auto', none: [] } },
    },
  ],
  check: ({ extreme = false, dictionarySize, bcj = [] }: XzRequest) => ({
    xz: checkXz({ extreme, dictionarySize, filters: bcj === 'auto' ? USUAL_FILTERS : bcj }),
  }),
  parameters: (level, { xz: settings }) => [
    level,
    settings?.extreme ? 1 : 0,
    settings?.dictionarySize ?? 0,
    (settings?.filters ?? []).reduce((bits, filter) => bits | (1 << BCJ_FILTERS.indexOf(filter)), 0),
  ],
  engines: [
    {
      name: 'napi-lzma',
      // Looked for only when asked: the package is optional, and loading it takes time.
      get id() {
        return napiLzmaId();
      },
      from: 'the package @napi-rs/lzma 1.5 or newer, and Node.js 22.20 or newer',
      settings: ['dictionarySize'],
      coder: async (level, { xz }) => napiLzmaCoder(level, xz),
      decode: async (block, limit) => napiLzmaDecode(block, limit),
    },
    {
      name: 'xz-decompress',
      id: 'npm/xz-decompress@0.2.3',
      from: 'the package xz-decompress',
      decode: async (block, limit) => (await import('../engines/xz-decompress.js')).xzDecode(block, limit),
    },
  ],
};
