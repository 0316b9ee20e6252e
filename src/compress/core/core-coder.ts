// The codec core as an encoder of a thread, and as a decoder of blocks.

import type { BlockCoder } from '../codec.js';
import { Core } from './instance.js';
import { coreModule } from './module.js';
import type { CoreCodec } from './names.js';

/** The settings for compressing with the core, as data that can be sent to a thread. */
export interface CoreSpec {
  readonly codec: CoreCodec;
  readonly parameters: readonly number[];
  readonly module: WebAssembly.Module;
}

/** The encoder, in a separate instance. */
export function coreCoder({ codec, parameters, module }: CoreSpec): BlockCoder {
  return new Core(module).encoder(codec, parameters);
}

/** A decoder of blocks that is instantiated when the first one comes. */
export function coreDecoder(
  codec: CoreCodec,
  module?: WebAssembly.Module,
): (block: Uint8Array, limit: number) => Uint8Array {
  let core: Core | undefined;
  return (block, limit) => {
    core ??= new Core(module ?? coreModule());
    return core.decode(codec, block, limit);
  };
}
