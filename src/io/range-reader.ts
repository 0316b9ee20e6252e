// Ranges of files read into memory by threads, many files with one call.

import type { NativeAddon } from '../native/index.js';
import type { RangeList, RangeReader } from './range-list.js';
import { readRangeSync } from './read-file.js';

/** Reads in the threads of libuv, which do all file I/O; the main thread only requests it. */
export class NativeRangeReader implements RangeReader {
  readonly #addon: NativeAddon;

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  allocate(length: number): Uint8Array {
    return this.#addon.allocate(length);
  }

  async read(ranges: RangeList, memory: Uint8Array): Promise<void> {
    const failed = await this.#addon.gather(ranges.paths, ranges.numbers, memory);
    if (failed < 0) return;
    // Retry synchronously from the first failure: each read either succeeds or reports its error.
    for (const request of ranges.from(failed)) readRangeSync(request, memory);
  }
}
