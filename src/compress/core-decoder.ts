// Blocks decompressed by the codec core: on the main thread, or in threads where there are many for one piece of work.

import type { Run } from '../io/index.js';
import { chooseNative, type EngineChoice } from '../native/index.js';
import type { Buffers } from './buffers.js';
import { coreDecoder } from './core/core-coder.js';
import type { CoreCodec } from './core/names.js';
import { DecodeThreads } from './decode-threads.js';

/** Decompressed bytes after which threads are worth their start. */
const START = 2 * 1024 * 1024;
/** A smaller block is decompressed faster than it is sent to a thread. */
const SHORT = 32 * 1024;

let native: DecodeThreads | undefined;
let portable: DecodeThreads | undefined;

/** As `BlockDecoder`, with the errors of the core. */
export function decodeByCore(
  codec: CoreCodec,
  engine: EngineChoice,
): (block: Uint8Array, limit: number, run?: Run, buffers?: Buffers) => Uint8Array | Promise<Uint8Array> {
  const { addon } = chooseNative(engine);
  const decode = addon
    ? (block: Uint8Array, limit: number) => addon.decompress(codec, block, limit)
    : coreDecoder(codec);
  let before = 0;
  return (block, limit, run, buffers) => {
    before += run && run.jobs > 1 ? limit : 0;
    if (!run || run.jobs < 2 || limit < SHORT || before < START) {
      const bytes = decode(block, limit);
      buffers?.give(block.buffer);
      return bytes;
    }
    return threads(addon !== undefined).decode({ codec, block, limit }, run.jobs, buffers);
  };
}

function threads(isNative: boolean): DecodeThreads {
  if (isNative) {
    native ??= new DecodeThreads(true);
    return native;
  }
  portable ??= new DecodeThreads(false);
  return portable;
}
