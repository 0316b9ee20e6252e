// Reads files that were found before: whole, in chunks, or a range.

import { closeSync, fstatSync, readSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { ByteString } from '../bytes/index.js';
import type { Data, Range, Run } from './content.js';
import { resized, sourceError } from './host-path.js';
import { type FoundFile, openFound, openFoundSync } from './open-file.js';
import type { RangeRequest } from './range-list.js';

const MEDIUM_CHUNK = 256 * 1024;
const CHUNK = 1024 * 1024;
/** Unused chunks: reading into used memory is twice as fast as into fresh memory. */
const spareChunks: Uint8Array[] = [];

/** A buffer for a chunk, until {@link returnChunk} has it. */
export function lentChunk(): Uint8Array {
  return spareChunks.pop() ?? uninitialised(MEDIUM_CHUNK);
}

export function returnChunk(chunk: Uint8Array): void {
  spareChunks.push(chunk);
}

/** A small file of `size` bytes in one synchronous call. */
export function readSmall(file: FoundFile, size: number): Uint8Array {
  const buffer = uninitialised(size + 1);
  readSmallInto(file, size, buffer, 0);
  return buffer.subarray(0, size);
}

/** Reads a file of `size` bytes to byte `at`; `buffer` has one byte more. */
export function readSmallInto(file: FoundFile, size: number, buffer: Uint8Array, at: number): void {
  reading(file, (fd) => {
    // One byte more than planned is requested: this detects growth, and a shorter result is the end of a regular file,
    // without another system call.
    let got = readSync(fd, buffer, at, size + 1, null);
    while (got > 0 && got < size) {
      const count = readSync(fd, buffer, at + got, size + 1 - got, null);
      if (count === 0) break;
      got += count;
    }
    if (got !== size) throw resized(file.path, size, got > size ? fstatSync(fd).size : got);
  });
}

/** Reads one range into its place in `memory`. */
export function readRangeSync(request: RangeRequest, memory: Uint8Array): void {
  const { path, at, length, into, ends } = request;
  reading(request, (fd) => {
    for (let got = 0; got < length; ) {
      const count = readSync(fd, memory, into + got, length - got, at + got);
      if (count === 0) throw resized(path, at + length, at + got);
      got += count;
    }
    const found = ends ? fstatSync(fd).size : at + length;
    if (found !== at + length) throw resized(path, at + length, found);
  });
}

function reading(file: FoundFile, read: (fd: number) => void): void {
  const fd = openFoundSync(file);
  try {
    read(fd);
  } catch (error) {
    throw sourceError(file.path, error);
  } finally {
    closeSync(fd);
  }
}

/** Chunk by chunk with synchronous calls: what a consumer writes meanwhile continues in the background. */
export async function* readMedium(
  file: FoundFile,
  size: number,
  holes: readonly Range[],
  run: Run,
): AsyncGenerator<Data> {
  const { path } = file;
  const fd = openFoundSync(file);
  const buffer = lentChunk();
  try {
    let at = 0;
    for (const hole of [...holes, { at: size, length: 0 }]) {
      while (at < hole.at) {
        const count = readSync(fd, buffer, 0, Math.min(buffer.length, hole.at - at), at);
        if (count === 0) throw resized(path, size, at);
        at += count;
        yield buffer.subarray(0, count);
        run.signal?.throwIfAborted();
      }
      if (hole.length > 0) yield { hole: hole.length };
      at += hole.length;
    }
    const found = fstatSync(fd).size;
    if (found !== size) throw resized(path, size, found);
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall ? sourceError(path, error) : error;
  } finally {
    closeSync(fd);
    // The consumer has moved on, so the buffer can be reused.
    returnChunk(buffer);
  }
}

/** A large file, read in the background one chunk ahead of the consumer. */
export async function* readLarge(
  found: FoundFile,
  size: number,
  holes: readonly Range[],
  run: Run,
): AsyncGenerator<Data> {
  const { path } = found;
  const file = await openFound(found);
  try {
    const before = (await file.stat()).size;
    if (before !== size) throw resized(path, size, before);
    let at = 0;
    for (const hole of holes) {
      yield* readRange(path, file, { at, length: hole.at - at }, run);
      yield { hole: hole.length };
      at = hole.at + hole.length;
    }
    yield* readRange(path, file, { at, length: size - at }, run);
    const after = (await file.stat()).size;
    if (after !== size) throw resized(path, size, after);
  } catch (error) {
    // An error without errno comes from the consumer or an abort, and is not translated.
    throw (error as NodeJS.ErrnoException).syscall ? sourceError(path, error) : error;
  } finally {
    await file.close();
  }
}

/** Reads one chunk ahead: while the consumer works on one buffer the other is being filled. */
export async function* readRange(
  path: ByteString,
  file: FileHandle,
  range: Range,
  run: Run,
): AsyncGenerator<Uint8Array> {
  const end = range.at + range.length;
  const capacity = Math.min(CHUNK, range.length);
  const buffers = [uninitialised(capacity), uninitialised(capacity)];
  let active = 0;
  const start = async (at: number) => {
    if (at >= end) return undefined;
    const buffer = buffers[active]!;
    active = 1 - active;
    const length = Math.min(buffer.length, end - at);
    return { ...(await file.read(buffer, 0, length, at)), at };
  };
  let pending = start(range.at);
  pending.catch(() => {});
  for (;;) {
    const chunk = await pending;
    run.signal?.throwIfAborted();
    if (!chunk) return;
    if (chunk.bytesRead === 0) throw resized(path, end, chunk.at);
    pending = start(chunk.at + chunk.bytesRead);
    // The next read may fail while the consumer still holds this chunk; the error is raised at the next await.
    pending.catch(() => {});
    try {
      yield chunk.buffer.subarray(0, chunk.bytesRead);
    } finally {
      // A consumer that stops early must not close the file under a running read.
      await pending.catch(() => {});
    }
  }
}

/** A plain array to be filled; a Buffer would leak its own slice(), which does not copy, to every consumer. */
function uninitialised(length: number): Uint8Array {
  const { buffer, byteOffset } = Buffer.allocUnsafe(length);
  return new Uint8Array(buffer, byteOffset, length);
}
