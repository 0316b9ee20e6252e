// Engines that are synchronous functions over one block and run inside worker threads.

/** Compresses one block; the result is a new array, of any length. */
export type BlockCoder = (block: Uint8Array) => Uint8Array;

/** Which coder a worker thread is to load, as data that can be sent to it. */
export interface CoderSpec {
  readonly coder: 'zlib' | 'pako';
  readonly level: number;
}

/** Loads a coder. Only the library that is asked for is imported. */
export async function loadCoder(spec: CoderSpec): Promise<BlockCoder> {
  switch (spec.coder) {
    case 'zlib':
      return (await import('./node-zlib.js')).zlibCoder(spec.level);
    case 'pako':
      return (await import('./pako.js')).pakoCoder(spec.level);
  }
}
