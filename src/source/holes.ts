// Finds the holes of a sparse file: the file system reports them, or blocks of zeros are searched.

import { closeSync, readSync } from 'node:fs';
import type { ByteString } from '../bytes/index.js';
import {
  type FileIdentity,
  fileHoles,
  isZero,
  openFoundSync,
  type Range,
  type Run,
  yieldToEventLoop,
} from '../io/index.js';
import type { NativeAddon } from '../native/index.js';
import { scanError } from './errors.js';

/** Zero runs are searched for in aligned blocks of this size, the allocation unit of common file systems. */
const BLOCK = 4096;
const CHUNK = 256 * BLOCK;
/** After this many holes the rest of a file counts as data; the addon does the same. */
const MAX_HOLES = 1 << 20;

/** Holes of a regular file by lseek(2): sorted, disjoint, not empty. */
export function askForHoles(addon: NativeAddon, path: ByteString, found: FileIdentity, size: number): Range[] {
  try {
    return fileHoles(addon, path, found, size);
  } catch (error) {
    throw scanError(path, error);
  }
}

/** Holes of a regular file by reading it: every aligned block of zeros, the last one cut by the end of the file. */
export async function searchHoles(
  path: ByteString,
  identity: FileIdentity,
  size: number,
  run: Run | undefined,
): Promise<Range[]> {
  const holes: Range[] = [];
  let start = -1;
  let fd = -1;
  try {
    fd = openFoundSync({ path, identity, follow: false });
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, size));
    for (let at = 0; at < size && holes.length < MAX_HOLES; at += CHUNK) {
      const length = readFully(fd, buffer, Math.min(CHUNK, size - at), at);
      for (let from = 0; from < length; ) {
        // Zero chunks are skipped as a whole: a sparse file has many.
        const span = from === 0 && isZero(buffer, 0, length) ? length : Math.min(BLOCK, length - from);
        const zero = span > BLOCK || isZero(buffer, from, from + span);
        if (zero && start < 0) start = at + from;
        if (!zero && start >= 0) {
          holes.push({ at: start, length: at + from - start });
          start = -1;
        }
        from += span;
      }
      await yieldToEventLoop(run);
    }
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall ? scanError(path, error) : error;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
  if (start >= 0) holes.push({ at: start, length: size - start });
  return holes;
}

function readFully(fd: number, buffer: Buffer, length: number, at: number): number {
  let got = 0;
  while (got < length) {
    const count = readSync(fd, buffer, got, length - got, at + got);
    if (count === 0) break;
    got += count;
  }
  return got;
}
