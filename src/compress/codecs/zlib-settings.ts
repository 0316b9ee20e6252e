// Settings of zlib that go beyond a level. libdeflate has neither: setting them selects zlib.

import { UsageError } from '../../errors.js';

/** Ways in which zlib looks for repetitions, in the order of the bits that squashfs has for them. */
export const GZIP_STRATEGIES = ['default', 'filtered', 'huffman_only', 'run_length_encoded', 'fixed'] as const;

/** One way in which zlib looks for repetitions. */
export type GzipStrategy = (typeof GZIP_STRATEGIES)[number];

/** Settings of the encoder; decoders find them in each block. */
export interface ZlibSettings {
  /** log2 of the window in bytes: 8…15. */
  readonly windowBits: number;
  /** Tried in turn on each block; the smallest result is kept. Never empty. */
  readonly strategies: readonly GzipStrategy[];
}

/** The defaults of zlib. */
export const USUAL_ZLIB: ZlibSettings = { windowBits: 15, strategies: ['default'] };

/** Throws {@link UsageError} for a window or strategy that zlib does not have. */
export function checkZlib({ windowBits, strategies }: ZlibSettings): ZlibSettings {
  if (!(Number.isInteger(windowBits) && windowBits >= 8 && windowBits <= 15)) {
    throw new UsageError('compress.window-size', `2^${windowBits} bytes cannot be a window of zlib.`, {
      option: 'windowBits',
      hint: 'Choose 8 to 15.',
    });
  }
  for (const strategy of strategies) {
    if (GZIP_STRATEGIES.includes(strategy)) continue;
    throw new UsageError('compress.strategy', `"${String(strategy)}" is not a strategy of zlib.`, {
      option: 'strategies',
      hint: `Choose from ${GZIP_STRATEGIES.join(', ')}.`,
    });
  }
  // In the order of the bits: which of two equal results is taken must not depend on the order they were named in.
  const chosen = GZIP_STRATEGIES.filter((strategy) => strategies.includes(strategy));
  return { windowBits, strategies: chosen.length > 0 ? chosen : USUAL_ZLIB.strategies };
}
