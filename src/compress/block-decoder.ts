// Compressed blocks back into bytes, each on its own and never longer than it may be. For readers of images.

import { InvalidImageError, IsopressError, MissingEngineError, UsageError } from '../errors.js';
import type { Run } from '../io/index.js';
import type { EngineChoice } from '../native/index.js';
import type { Buffers } from './buffers.js';
import { type CodecName, codecNamed } from './codecs/index.js';
import { decodeByCore } from './core-decoder.js';
import { isNamed, namedEngine } from './named-engine.js';

/**
 * The bytes of one block, at most `limit`. With a run of several jobs, threads decompress the blocks of long work. Rejects with {@link InvalidImageError} `compress.damaged` for a block that is
 * not of its codec or becomes longer. With `buffers` the block is in one of them and given up, and so may the result be.
 */
export type BlockDecoder = (block: Uint8Array, limit: number, run?: Run, buffers?: Buffers) => Promise<Uint8Array>;

/** The decoder of a codec. Every engine gives the same bytes; `portable` never touches the addon. */
export function chooseDecoder(codec: CodecName, engine: EngineChoice = 'auto'): BlockDecoder {
  const decode = isNamed(engine) ? byName(codec, engine) : decodeByCore(codec, engine);
  return async (block, limit, run, buffers) => {
    try {
      return await decode(block, limit, run, buffers);
    } catch (error) {
      if (error instanceof IsopressError) throw error;
      const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
      throw new InvalidImageError('compress.damaged', `A block of ${codec} is damaged: ${why}.`, { cause: error });
    }
  };
}

/** A library that only encodes leaves decoding to the core. */
function byName(codec: CodecName, engine: EngineChoice): ReturnType<typeof decodeByCore> {
  try {
    const named = namedEngine(codecNamed(codec)!, engine, 'decode');
    return (block, limit) => named.decode!(block, limit);
  } catch (error) {
    if (error instanceof MissingEngineError || error instanceof UsageError) return decodeByCore(codec, 'auto');
    throw error;
  }
}
