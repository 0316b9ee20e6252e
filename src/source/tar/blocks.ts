// Reading an archive in blocks: whole or not at all, and over long runs of zeros.

import { InvalidImageError } from '../../errors.js';
import { type Run, type Source, yieldToEventLoop } from '../../io/index.js';
import { BLOCK } from './header.js';
import type { Meter } from './meter.js';

/** Zeros are read in pieces of this many bytes. */
const STRIDE = 256 * BLOCK;

/** Bytes that are read at once for headers, which are often close to each other. */
const WINDOW = 16 * 1024;

/** An archive whose headers are read in order: short reads come from a window of it, because a call for each one takes longer. */
export function readThroughWindow(archive: Source): Source {
  const window = new Uint8Array(WINDOW);
  let start = 0;
  let end = 0;
  return {
    size: archive.size,
    holes: archive.holes,
    pieces: (run) => archive.pieces(run),
    slice: (range) => archive.slice(range),
    read: async (at, into) => {
      if (into.length > WINDOW / 2) return archive.read(at, into);
      if (at < start || at + into.length > end) {
        const length = Math.max(into.length, Math.min(WINDOW, archive.size - at));
        end = 0;
        await archive.read(at, window.subarray(0, length));
        start = at;
        end = at + length;
      }
      into.set(window.subarray(at - start, at - start + into.length));
    },
  };
}

/** `length` bytes at byte `at`. Throws {@link InvalidImageError} `tar.truncated` beyond the end. */
export async function readAt(archive: Source, at: number, length: number): Promise<Uint8Array> {
  if (at + length > archive.size) throw truncated(at);
  const into = new Uint8Array(length);
  await archive.read(at, into);
  return into;
}

export function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** Start of the first block with a nonzero byte in `at` … `end`; undefined if there is none. */
export async function nextFilledBlock(
  archive: Source,
  at: number,
  end: number,
  run: Run,
  meter: Meter,
): Promise<number | undefined> {
  for (let from = at; from < end; from += STRIDE) {
    await yieldToEventLoop(run);
    meter.step();
    const piece = await readAt(archive, from, Math.min(STRIDE, end - from));
    const filled = piece.findIndex((byte) => byte !== 0);
    if (filled >= 0) return from + filled - (filled % BLOCK);
  }
  return undefined;
}

export function truncated(at: number): InvalidImageError {
  return new InvalidImageError('tar.truncated', 'The tar archive ends in the middle of an entry.', { at });
}
