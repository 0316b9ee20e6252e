// Compressed blocks back into bytes, in browsers: by the codec core alone.

import { InvalidImageError, IsopressError } from '../errors.js';
import type * as host from './block-decoder.js';
import { decodeByCore } from './core-decoder.js';

/** As on Node.js, with one engine. */
export const chooseDecoder: typeof host.chooseDecoder = (codec) => {
  const decode = decodeByCore(codec, 'portable');
  return async (block, limit, run, buffers) => {
    try {
      return await decode(block, limit, run, buffers);
    } catch (error) {
      if (error instanceof IsopressError) throw error;
      throw new InvalidImageError('compress.damaged', `A block of ${codec} is damaged: ${(error as Error).message}.`, {
        cause: error,
      });
    }
  };
};
