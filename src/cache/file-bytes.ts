// Reads and writes of whole files, with a digest on the way.

import { type FileHandle, open, rm } from 'node:fs/promises';
import { digestAhead, type ReadInto } from '../io/index.js';
import type { Blob } from './record.js';

/** The digest of the first `size` bytes of a file. */
export function digestOfFile(file: FileHandle, size: number): Promise<string> {
  return digestAhead(readerOf(file), size);
}

export function readerOf(file: FileHandle): ReadInto {
  return (into, at) => readFully(file, into, at);
}

/** How the copy of a content ended. `unwritten`: its place cannot be written to, which says nothing about the content. */
export type Copied = 'written' | 'damaged' | 'unwritten';

/** Writes a content to a new file; leaves no file unless it is whole. Throws if the file cannot be made. */
export async function writeChecked(read: ReadInto, { digest, size }: Blob, to: string): Promise<Copied> {
  const target = await open(to, 'wx');
  // Too short, or a read error, is the same as damaged.
  let copied: Copied = 'damaged';
  const write = (bytes: Uint8Array, at: number) =>
    writeFully(target, bytes, at).catch((error) => {
      copied = 'unwritten';
      throw error;
    });
  try {
    if ((await digestAhead(read, size, write)) === digest) copied = 'written';
  } catch {
    // `copied` says why.
  } finally {
    await target.close();
  }
  if (copied !== 'written') await rm(to, { force: true });
  return copied;
}

/** Fills a buffer from byte `at` of a file. Throws if the file ends before the buffer is full. */
export async function readFully(file: FileHandle, into: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await file.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) throw new Error('it is too short');
    done += bytesRead;
  }
}

export async function writeFully(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, at + done)).bytesWritten;
  }
}
