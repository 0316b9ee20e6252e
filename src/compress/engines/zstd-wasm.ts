// zstd in WebAssembly: the same bytes on every machine, about three quarters of the native speed.

import zstd from '@bokuweb/zstd-wasm';
import type { BlockCoder } from '../codec.js';

let ready: Promise<void> | undefined;

/** Frames that tell their length, with a window no larger than the block. */
export async function zstdWasmCoder(level: number): Promise<BlockCoder> {
  // Once per thread: initialised a second time the library goes on without an error and compresses to garbage.
  ready ??= zstd.init();
  await ready;
  return (block) => zstd.compress(block, level);
}
