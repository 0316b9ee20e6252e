// Engines that are synchronous functions over one block and run inside worker threads.

import type { ZlibSettings } from './zlib-settings.js';

/** Compresses one block; the result is a new array, of any length. */
export type BlockCoder = (block: Uint8Array) => Uint8Array;

/** Which coder a worker thread is to load, as data that can be sent to it. */
export interface CoderSpec {
  readonly coder: 'zlib' | 'pako' | 'node-zstd' | 'zstd-wasm' | 'lz4js';
  readonly level: number;
  /** Of `zlib` alone. */
  readonly zlib?: ZlibSettings;
}
