// gzip, as squashfs calls it: deflate in zlib streams (RFC 1950).

import type { Codec } from '../codec.js';
import { inflateLimited, NODE_ZLIB, zlibCoder } from '../engines/node-zlib.js';
import { checkZlib, GZIP_STRATEGIES, type GzipStrategy } from './zlib-settings.js';

/** Settings of gzip beyond a level. */
export interface GzipRequest {
  /** log2 of the window, 8…15. Given, zlib compresses: libdeflate has one window. Default 15. */
  readonly windowBits?: number;
  /** Ways to compress to try on each block; the smallest result is kept. Given, zlib compresses. Default: its usual. */
  readonly strategies?: readonly GzipStrategy[];
}

/** Scale of zlib and what imitates it. */
const ZLIB_LEVELS = { least: 1, most: 9, usual: 9 } as const;

export const gzip: Codec<'gzip'> = {
  name: 'gzip',
  levels: { least: 1, most: 12, usual: 6 },
  levelsNote: '; zlib and pako 1-9, default 9',
  settings: [
    {
      key: 'windowBits',
      plural: 'window sizes',
      option: { name: 'window-size', value: 'n' },
      help: 'log2 of the window, 8-15; compresses with zlib',
      usual: '15',
      value: { kind: 'integer', least: 8, most: 15 },
      engine: 'zlib',
    },
    {
      key: 'strategies',
      plural: 'strategies',
      option: { name: 'strategies', value: 'names' },
      help: `strategies of zlib to try on each block; any of ${GZIP_STRATEGIES.join(', ')}`,
      usual: 'default',
      value: { kind: 'names', names: GZIP_STRATEGIES, words: {} },
      engine: 'zlib',
    },
  ],
  check: ({ windowBits, strategies }: GzipRequest) =>
    windowBits === undefined && strategies === undefined
      ? {}
      : { zlib: checkZlib({ windowBits: windowBits ?? 15, strategies: strategies ?? ['default'] }) },
  parameters: (level) => [level],
  engines: [
    {
      name: 'pako',
      id: 'npm/pako@3.0.3',
      from: 'the package pako',
      levels: ZLIB_LEVELS,
      coder: async (level) => (await import('../engines/pako.js')).pakoCoder(level),
      decode: async (block, limit) => (await import('../engines/pako.js')).pakoDecode(block, limit),
    },
    {
      name: 'zlib',
      id: NODE_ZLIB,
      from: 'Node.js',
      levels: ZLIB_LEVELS,
      settings: ['windowBits', 'strategies'],
      coder: async (level, { zlib }) => zlibCoder(level, zlib),
      decode: async (block, limit) => inflateLimited(block, limit),
    },
  ],
};
