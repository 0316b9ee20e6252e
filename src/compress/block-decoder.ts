// Compressed blocks back into bytes, each on its own and never longer than it may be. For readers of images.

import { inflateSync } from 'node:zlib';
import { InvalidImageError, MissingEngineError, UnsupportedError } from '../errors.js';
import { chooseNative, type EngineChoice } from '../native/index.js';
import type { CodecName } from './codecs/index.js';
import { decodeLz4 } from './decode-lz4.js';
import { decodeLzo } from './decode-lzo.js';
import { unpackStream } from './unpack.js';

/**
 * The bytes of one block, at most `limit`. Rejects with {@link InvalidImageError} `compress.damaged` for a block that is
 * none or becomes longer, with {@link UnsupportedError} `compress.needs-native` for what only the addon decodes.
 */
export type BlockDecoder = (block: Uint8Array, limit: number) => Promise<Uint8Array>;

/** zlib refuses a limit below. */
const LEAST_OUTPUT = 1;

/** The decoder of a codec. Every engine gives the same bytes; `portable` never touches the addon. */
export function chooseDecoder(codec: CodecName, engine: EngineChoice = 'auto'): BlockDecoder {
  const { addon } = chooseNative(engine);
  const decode: BlockDecoder = addon ? async (block, limit) => addon.decompress(codec, block, limit) : PORTABLE[codec];
  return async (block, limit) => {
    try {
      return await decode(block, limit);
    } catch (error) {
      if (error instanceof InvalidImageError || error instanceof UnsupportedError) throw error;
      const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
      throw new InvalidImageError('compress.damaged', `A block of ${codec} is damaged: ${why}.`, { cause: error });
    }
  };
}

const PORTABLE: Readonly<Record<CodecName, BlockDecoder>> = {
  gzip: async (block, limit) => inflateSync(block, { maxOutputLength: Math.max(limit, LEAST_OUTPUT) }),
  lz4: async (block, limit) => decodeLz4(block, limit),
  lzo: async (block, limit) => decodeLzo(block, limit),
  zstd: async (block, limit) => {
    checkZstdWindow(block, limit);
    return unpacked('zstd', block, limit);
  },
  xz: async (block, limit) => {
    refuseFilters(block);
    return unpacked('xz', block, limit);
  },
};

async function unpacked(format: 'xz' | 'zstd', block: Uint8Array, limit: number): Promise<Uint8Array> {
  const output = new Uint8Array(limit);
  let length = 0;
  for await (const piece of unpackStream(format, one(block), limit)) {
    output.set(piece, length);
    length += piece.length;
  }
  return output.subarray(0, length);
}

async function* one(block: Uint8Array): AsyncGenerator<Uint8Array> {
  yield block;
}

/** Windows are allocated as announced (RFC 8878, 3.1.1.1): none may be larger than what the block may become. */
function checkZstdWindow(block: Uint8Array, limit: number): void {
  const descriptor = block[4] ?? 0;
  if ((descriptor & 0x20) !== 0) return;
  const byte = block[5] ?? 0;
  const base = 2 ** (10 + (byte >>> 3));
  const window = base + (base / 8) * (byte & 7);
  if (window > Math.max(limit, 8192)) throw new Error(`it asks for a window of ${window} bytes`);
}

/** The decoder has no branch filters. The flags of the first block (xz 1.2, 3.1.2) tell how many filters it has. */
function refuseFilters(block: Uint8Array): void {
  if (((block[13] ?? 0) & 3) === 0) return;
  throw new MissingEngineError('compress.needs-native', 'Blocks of xz with branch filters need the native engine.', {
    hint: 'Build it with "npm run build:native", and let the engine be auto.',
  });
}
