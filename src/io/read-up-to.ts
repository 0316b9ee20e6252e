// Reads of a file that may end before.

import type { FileHandle } from 'node:fs/promises';

/** Reads up to `length` bytes; fewer at the end of the file. */
export async function readUpTo(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
