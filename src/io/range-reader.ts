// Ranges of files read into memory by threads, many files with one call.

import type { NativeAddon } from '../native/index.js';
import type { FileDigestName, FileRange, RangeList, RangeReader } from './range-list.js';
import { readRangeSync } from './read-file.js';

/** The result of `transfer` for bytes that are read and written. */
const DONE = -1;

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
    if (failed >= 0) readAgain(ranges, failed, memory);
  }

  states(ranges: RangeList): Promise<Uint8Array> {
    return this.#addon.states(ranges.paths, ranges.numbers);
  }

  digests(name: FileDigestName, ranges: RangeList): Promise<Uint8Array> {
    return this.#addon.digestsOfFiles(name, ranges.paths, ranges.numbers);
  }

  async move(ranges: RangeList, memory: Uint8Array, { descriptor, at, length }: FileRange): Promise<boolean> {
    const result = await this.#addon.transfer(ranges.paths, ranges.numbers, memory, length, descriptor, at);
    if (result >= 0) readAgain(ranges, result, memory);
    return result === DONE;
  }
}

/** Reads synchronously from the first failure on: each read either succeeds or reports its error. */
function readAgain(ranges: RangeList, failed: number, memory: Uint8Array): void {
  for (const request of ranges.from(failed)) readRangeSync(request, memory);
}
