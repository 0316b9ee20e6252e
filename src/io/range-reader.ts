// Ranges of files read into memory by threads, many files with one call.

import { getSystemErrorName } from 'node:util';
import type { NativeAddon } from '../native/index.js';
import type { RangeList, RangeReader } from './range-list.js';
import { copyRangeSync, readRangeSync } from './read-file.js';

/** What the addon gives when all ranges were copied; below it are negative errnos of the target. */
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
    if (failed < 0) return;
    // Retry synchronously from the first failure: each read either succeeds or reports its error.
    for (const request of ranges.from(failed)) readRangeSync(request, memory);
  }

  async copy(ranges: RangeList, target: number): Promise<void> {
    const failed = await this.#addon.copyRanges(ranges.paths, ranges.numbers, target);
    if (failed === DONE) return;
    if (failed < DONE) throw systemError(failed - DONE);
    for (const request of ranges.from(failed)) copyRangeSync(request, target);
  }
}

function systemError(errno: number): NodeJS.ErrnoException {
  const code = getSystemErrorName(errno);
  return Object.assign(new Error(`${code}: the image cannot be written`), { errno, code });
}
