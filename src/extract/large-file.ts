// A file too large for a batch, or one with holes, which stay holes.

import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ByteString } from '../bytes/index.js';
import { type ExactContent, exactly, isHole, pathBuffer, type Run } from '../io/index.js';

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/** Makes the file, accessible only to this user. Throws the system's error. */
export async function writeLarge(path: ByteString, content: ExactContent, run: Run): Promise<void> {
  const file = await open(pathBuffer(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
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
    }
    // A hole at the end.
    await file.truncate(content.size);
  } finally {
    await file.close();
  }
}
