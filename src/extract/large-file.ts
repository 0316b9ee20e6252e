// Writes files that are too large for a batch, or have holes, which stay holes.

import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import type { ByteString } from '../bytes/index.js';
import { type ExactContent, exactly, isHole, pathBuffer } from '../io/index.js';
import type { EntryMaker, FileWriting } from './entry-maker.js';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** The maker reads contents that it can read itself. */
export interface LargeWriting extends FileWriting {
  readonly maker?: EntryMaker;
}

/** Makes the file, accessible only to this user. Throws the error of the system or of the content; the incomplete file is removed. */
export async function writeLarge(path: ByteString, content: ExactContent, writing: LargeWriting): Promise<void> {
  const { maker } = writing;
  const file = await open(pathBuffer(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    const isFilled = maker?.reads(content) === true && (await maker.fill(file.fd, content, writing));
    // A fault is found once more, with its place.
    if (!isFilled) await fillFile(file, content, writing);
    // The file may end with a hole.
    await file.truncate(content.size);
    await file.close();
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(pathBuffer(path)).catch(() => {});
    throw error;
  }
}

async function fillFile(file: FileHandle, content: ExactContent, { run, written }: LargeWriting): Promise<void> {
  let at = 0;
  for await (const piece of exactly(content, run)) {
    run.signal?.throwIfAborted();
    if (isHole(piece)) {
      at += piece.hole;
      continue;
    }
    for (let done = 0; done < piece.length; ) {
      done += (await file.write(piece, done, piece.length - done, at + done)).bytesWritten;
    }
    at += piece.length;
    written(at);
  }
}
