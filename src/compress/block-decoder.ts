// Compressed blocks back into bytes, each on its own and never longer than it may be. For readers of images.

import { InvalidImageError, IsopressError, MissingEngineError, UsageError } from '../errors.js';
import { chooseNative, type EngineChoice } from '../native/index.js';
import { type CodecName, codecNamed } from './codecs/index.js';
import { coreDecoder } from './core/core-coder.js';
import { isNamed, namedEngine } from './named-engine.js';

/**
 * The bytes of one block, at most `limit`. Rejects with {@link InvalidImageError} `compress.damaged` for a block that is
 * not of its codec or becomes longer.
 */
export type BlockDecoder = (block: Uint8Array, limit: number) => Promise<Uint8Array>;

/** The decoder of a codec. Every engine gives the same bytes; `portable` never touches the addon. */
export function chooseDecoder(codec: CodecName, engine: EngineChoice = 'auto'): BlockDecoder {
  const decode = isNamed(engine) ? byName(codec, engine) : byCore(codec, engine);
  return async (block, limit) => {
    try {
      return await decode(block, limit);
    } catch (error) {
      if (error instanceof IsopressError) throw error;
      const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
      throw new InvalidImageError('compress.damaged', `A block of ${codec} is damaged: ${why}.`, { cause: error });
    }
  };
}

function byCore(codec: CodecName, engine: EngineChoice): BlockDecoder {
  const { addon } = chooseNative(engine);
  if (addon) return async (block, limit) => addon.decompress(codec, block, limit);
  const decode = coreDecoder(codec);
  return async (block, limit) => decode(block, limit);
}

/** A library that only encodes leaves decoding to the core. */
function byName(codec: CodecName, engine: EngineChoice): BlockDecoder {
  try {
    const named = namedEngine(codecNamed(codec)!, engine, 'decode');
    return (block, limit) => named.decode!(block, limit);
  } catch (error) {
    if (error instanceof MissingEngineError || error instanceof UsageError) return byCore(codec, 'auto');
    throw error;
  }
}
