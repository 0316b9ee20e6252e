// A digest of samples of a file, by which it is known again without reading all of it.

import type { FileHandle } from 'node:fs/promises';
import type { Range } from './content.js';
import { createDigest } from './hash.js';
import { readUpTo } from './read-up-to.js';

/** Descriptors and directories of an image are at its front. */
const FRONT = 1024 * 1024;
const SAMPLE = 64 * 1024;
const SAMPLES = 64;

/**
 * The SHA-256 of the first bytes of the ranges, of samples that are spread evenly over them, and of their last bytes. Ranges of up to 5 MiB
 * are read as a whole.
 */
export async function sampleDigest(file: FileHandle, ranges: readonly Range[]): Promise<Uint8Array> {
  const digest = createDigest('sha256');
  const total = ranges.reduce((sum, { length }) => sum + length, 0);
  for (const { at, length } of chosen(ranges, samplesOf(total))) {
    for (let done = 0; done < length; done += SAMPLE) {
      digest.update(await readUpTo(file, at + done, Math.min(SAMPLE, length - done)));
    }
  }
  return digest.snapshot();
}

/** The ranges that are apart from these, up to `end`. */
export function rangesBetween(ranges: readonly Range[], end: number): Range[] {
  const gaps: Range[] = [];
  let at = 0;
  for (const range of [...ranges, { at: end, length: 0 }]) {
    const to = Math.min(range.at, end);
    if (to > at) gaps.push({ at, length: to - at });
    at = Math.max(at, range.at + range.length);
  }
  return gaps;
}

/** Samples of `total` bytes, in order and apart from each other. */
function samplesOf(total: number): Range[] {
  const rest = total - FRONT;
  if (rest <= SAMPLES * SAMPLE) return [{ at: 0, length: total }];
  const spread = Array.from({ length: SAMPLES }, (_, index) => {
    const at = FRONT + Math.floor(((rest - SAMPLE) * index) / (SAMPLES - 1));
    return { at, length: SAMPLE };
  });
  return [{ at: 0, length: FRONT }, ...spread];
}

/** The parts of the ranges that samples of their bytes back to back name. */
function* chosen(ranges: readonly Range[], samples: readonly Range[]): Generator<Range> {
  let before = 0;
  let next = 0;
  for (const { at, length } of ranges) {
    for (; next < samples.length; next++) {
      const sample = samples[next]!;
      const [from, to] = [Math.max(sample.at, before), Math.min(sample.at + sample.length, before + length)];
      if (from < to) yield { at: at + from - before, length: to - from };
      if (sample.at + sample.length > before + length) break;
    }
    before += length;
  }
}
