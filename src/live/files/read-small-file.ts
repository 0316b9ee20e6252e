// Files of a person that are read whole: regular ones, up to a size. A device would never end, and a pipe without a writer would
// keep the reader waiting.

import { constants, type FileHandle, open } from 'node:fs/promises';
import { concatBytes } from '../../bytes/index.js';

/** Why a file is not read. */
export type FileFault = 'not-regular' | 'too-large';

/** Bytes. */
const PIECE = 64 * 1024;

/**
 * The content of a file of at most `largest` bytes, links followed. Throws what `refuse` gives for a fault, with the size that was
 * found, and the error of the system for what cannot be read.
 */
export async function readSmallFile(
  path: string,
  largest: number,
  refuse: (fault: FileFault, size: number) => Error,
): Promise<Uint8Array> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw refuse('not-regular', stats.size);
    if (stats.size > largest) throw refuse('too-large', stats.size);
    const bytes = await readUpTo(handle, stats.size, largest);
    if (bytes.length > largest) throw refuse('too-large', bytes.length);
    return bytes;
  } finally {
    await handle.close();
  }
}

/** More than `largest` bytes end it. Files of /proc say that they are empty, and others may grow. */
async function readUpTo(handle: FileHandle, expected: number, largest: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let more = 1; more > 0 && length <= largest; length += more) {
    const piece = Buffer.alloc(pieces.length === 0 ? expected + 1 : PIECE);
    more = (await handle.read(piece, 0, piece.length, length)).bytesRead;
    pieces.push(piece.subarray(0, more));
  }
  return concatBytes(pieces);
}
