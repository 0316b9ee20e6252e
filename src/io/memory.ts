// Content and sources that are in memory.

import { InternalError, InvalidImageError } from '../errors.js';
import {
  type Content,
  type ExactContent,
  isBackpatch,
  isHole,
  NO_HOLES,
  pieceLength,
  type Range,
  type Run,
  type Source,
} from './content.js';
import { FAST } from './fast-path.js';

const ZEROS = new Uint8Array(256 * 1024);

/** `length` zero bytes in portions of at most 256 KiB, for consumers that cannot take a hole. */
export function* zeros(length: number): Generator<Uint8Array> {
  for (let left = length; left > 0; left -= ZEROS.length) yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
}

/** Bytes in memory as content and as random-access source. */
export function bytesSource(bytes: Uint8Array): Source {
  return {
    size: bytes.length,
    holes: NO_HOLES,
    [FAST]: { bytes: () => bytes },
    async *pieces() {
      if (bytes.length > 0) yield bytes;
    },
    read: async (at, into) => {
      checkRange({ at, length: into.length }, bytes.length);
      into.set(bytes.subarray(at, at + into.length));
    },
    slice: (range) => {
      checkRange(range, bytes.length);
      return bytesSource(bytes.subarray(range.at, range.at + range.length));
    },
  };
}

export const EMPTY: ExactContent = bytesSource(new Uint8Array(0));

/** Content of zeros. */
export function zeroContent(size: number): ExactContent {
  return {
    size,
    holes: size > 0 ? [{ at: 0, length: size }] : NO_HOLES,
    async *pieces() {
      if (size > 0) yield { hole: size };
    },
    slice: (range) => {
      checkRange(range, size);
      return zeroContent(range.length);
    },
  };
}

/** Collects content into memory, backpatches resolved. Refuses more than `limit` bytes. */
export async function collect(content: Content, run: Run, limit = 256 * 1024 * 1024): Promise<Uint8Array> {
  const parts: { at: number; bytes: Uint8Array }[] = [];
  const patches: { at: number; render(): Uint8Array }[] = [];
  let size = 0;
  for await (const piece of content.pieces(run)) {
    if (isBackpatch(piece)) patches.push({ at: size, render: () => piece.render() });
    // Not slice(): on a Buffer that is a view of bytes that are only lent.
    else if (!isHole(piece)) parts.push({ at: size, bytes: new Uint8Array(piece) });
    size += pieceLength(piece);
    if (size > limit) throw new InternalError('internal.collect-limit', `More than ${limit} bytes to collect.`);
  }
  const whole = new Uint8Array(size);
  for (const part of parts) whole.set(part.bytes, part.at);
  for (const patch of patches) whole.set(patch.render(), patch.at);
  return whole;
}

/** Throws {@link InvalidImageError} unless `range` is within `size` bytes. */
export function checkRange(range: Range, size: number): void {
  const { at, length } = range;
  if (!(Number.isSafeInteger(at) && Number.isSafeInteger(length) && at >= 0 && length >= 0 && at + length <= size)) {
    throw new InvalidImageError(
      'image.out-of-range',
      `Bytes ${at}…${at + length} are outside the ${size} bytes of the image.`,
      {
        at,
      },
    );
  }
}
