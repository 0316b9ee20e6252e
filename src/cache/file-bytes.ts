// Reads of whole files, with a digest on the way.

import type { FileHandle } from 'node:fs/promises';
import { createDigest } from '../io/index.js';

/** Bytes of one read. */
const CHUNK = 1 << 20;

/**
 * The digest of the first `size` bytes of a file, which are copied to `to` on the way. While a part is digested here, threads of libuv
 * write it and read the next one.
 */
export async function copyDigested(from: FileHandle, size: number, to?: FileHandle): Promise<string> {
  const digest = createDigest('sha256');
  const buffers = [0, 1].map(() => Buffer.allocUnsafeSlow(Math.min(CHUNK, size)));
  const read = async (at: number) => {
    const bytes = buffers[(at / CHUNK) % 2]!.subarray(0, Math.min(CHUNK, size - at));
    await readFully(from, bytes, at);
    return bytes;
  };
  let next = read(0);
  for (let at = 0; at < size; ) {
    const bytes = await next;
    const writing = to ? writeFully(to, bytes, at) : undefined;
    at += bytes.length;
    if (at < size) next = read(at);
    digest.update(bytes);
    await Promise.all([writing, next]);
  }
  return digest.hex();
}

/** Fills a buffer from byte `at` of a file. Throws if the file ends before the buffer is full. */
export async function readFully(file: FileHandle, into: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) throw new Error('it is too short');
    done += bytesRead;
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}
