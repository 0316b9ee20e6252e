// Blocks decompressed by the codec core: on the main thread, or in threads where one piece of work has many of them.

import type { Run } from '../io/index.js';
import { chooseNative, type EngineChoice, type NativeAddon } from '../native/index.js';
import type { Buffers } from './buffers.js';
import { coreDecoder } from './core/core-coder.js';
import type { CoreCodec } from './core/names.js';
import { DecodeThreads } from './decode-threads.js';

/** Decompressed bytes after which threads of JavaScript are worth their start. */
const START = 2 * 1024 * 1024;
/** A smaller block is decompressed faster than it is given to a thread. */
const SHORT = 32 * 1024;

type CoreDecoder = (block: Uint8Array, limit: number, run?: Run, buffers?: Buffers) => Uint8Array | Promise<Uint8Array>;

const threads = new DecodeThreads();

/** As `BlockDecoder`, with the errors of the core. */
export function decodeByCore(codec: CoreCodec, engine: EngineChoice): CoreDecoder {
  const { addon } = chooseNative(engine);
  return addon ? byAddon(addon, codec) : portably(codec);
}

/** In the threads of libuv. */
function byAddon(addon: NativeAddon, codec: CoreCodec): CoreDecoder {
  return (block, limit, run, buffers) => {
    if (isShort(limit, run)) {
      const bytes = addon.decompress(codec, block, limit);
      buffers?.give(block.buffer);
      return bytes;
    }
    const into = buffers ? new Uint8Array(buffers.take(), 0, limit) : addon.allocate(limit);
    return addon.decode(codec, block, into).then((length) => {
      buffers?.give(block.buffer);
      return into.subarray(0, length);
    });
  };
}

function portably(codec: CoreCodec): CoreDecoder {
  const decode = coreDecoder(codec);
  let before = 0;
  return (block, limit, run, buffers) => {
    before += run && run.jobs > 1 ? limit : 0;
    if (before >= START && run && !isShort(limit, run)) {
      return threads.decode({ codec, block, limit }, run.jobs, buffers);
    }
    const bytes = decode(block, limit);
    buffers?.give(block.buffer);
    return bytes;
  };
}

function isShort(limit: number, run: Run | undefined): boolean {
  return !run || run.jobs < 2 || limit < SHORT;
}
