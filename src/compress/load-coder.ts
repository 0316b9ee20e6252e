// From the name of a coder to the coder, inside a worker thread.

import type { BlockCoder, CoderSpec } from './coder.js';

/** Loads a coder. Only the library that is asked for is imported. */
export async function loadCoder(spec: CoderSpec): Promise<BlockCoder> {
  switch (spec.coder) {
    case 'zlib':
      return (await import('./node-zlib.js')).zlibCoder(spec.level, spec.zlib);
    case 'pako':
      return (await import('./pako.js')).pakoCoder(spec.level);
    case 'node-zstd':
      return (await import('./node-zstd.js')).nodeZstdCoder(spec.level);
    case 'zstd-wasm':
      return (await import('./zstd-wasm.js')).zstdWasmCoder(spec.level);
    case 'lz4js':
      return (await import('./lz4.js')).lz4Coder();
  }
}
