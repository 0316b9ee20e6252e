// Ranges of files read into memory by threads, many files with one call.

import type { ByteString } from '../bytes/index.js';
import type { NativeAddon } from '../native/index.js';
import type { RangeReader, RangeRequest } from './content.js';
import { pathBuffer, readRangeSync } from './file.js';

/** Reads with the threads of libuv, which serve all file I/O; the main thread only says what. */
export class NativeRangeReader implements RangeReader {
  readonly #addon: NativeAddon;

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  allocate(length: number): Uint8Array {
    return this.#addon.allocate(length);
  }

  async read(requests: readonly RangeRequest[], memory: Uint8Array): Promise<void> {
    let paths = '';
    const numbers = new Float64Array(requests.length * 4);
    for (const [index, { path, at, length, into, ends }] of requests.entries()) {
      paths += `${path}\0`;
      numbers.set([at, length, into, ends ? 1 : 0], index * 4);
    }
    const failed = await this.#addon.gather(pathBuffer(paths as ByteString), numbers, memory);
    if (failed < 0) return;
    // Tried again, the first that failed either tells what is wrong or is read after all, and so are those behind it.
    for (const request of requests.slice(failed)) readRangeSync(request, memory);
  }
}
