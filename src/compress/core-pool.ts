// The codec core as a pool of threads: natively if the addon loads, else in WebAssembly.

import type { Run } from '../io/index.js';
import { chooseNative, type EngineChoice } from '../native/index.js';
import type { EngineId } from './codec.js';
import type { BlockCompressor } from './compressor.js';
import { LIBRARIES } from './core/built.js';
import { coreModule } from './core/module.js';
import type { CoreCodec } from './core/names.js';
import { openNativePool } from './native-pool.js';
import { openWorkerPool } from './worker-pool.js';

/** A codec of the core that can be started. */
export interface CorePool {
  /** Does not say which build of the core runs, as the bytes are the same. */
  readonly engine: EngineId;
  open(run: Run): BlockCompressor;
}

/** Throws {@link MissingEngineError} if the native engine is asked for and not there. */
export function corePool(choice: EngineChoice, codec: CoreCodec, parameters: readonly number[]): CorePool {
  const { addon } = chooseNative(choice);
  return {
    engine: (addon?.engines()[codec] ?? LIBRARIES[codec]) as EngineId,
    open: (run) =>
      addon
        ? openNativePool(addon, { codec, parameters }, run)
        : openWorkerPool({ core: { codec, parameters, module: coreModule() } }, run),
  };
}
