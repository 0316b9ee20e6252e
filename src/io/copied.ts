// Long ranges of an open file that are content of an image: the system copies them, which costs a fraction of reading and writing them, or
// nothing if the file system shares blocks.

import type { ByteString } from '../bytes/index.js';
import { loadNative } from '../native/index.js';
import type { Data, ExactContent, Run } from './content.js';
import { errnoError } from './errno.js';
import { exactly } from './pieces.js';
import { storedRange } from './stored.js';
import { StoredPieces } from './stored-pieces.js';
import { targetError } from './target-error.js';

/** Content that a target copies, if it can. */
export interface Copied {
  readonly copied: ExactContent;
}

/** Shorter ranges are written together with the bytes around them. */
const LEAST_COPIED = 64 * 1024;
/** Nothing stops a copy that has begun. */
const MOST_COPIED = 64 * 1024 * 1024;

export function isCopied(piece: object): piece is Copied {
  return 'copied' in piece;
}

/** The pieces of contents back to back; long ranges of an open file are left to the target. */
export async function* piecesToCopy(parts: readonly ExactContent[], run: Run): AsyncGenerator<Data | Copied> {
  for (const content of parts) {
    if (content.size < LEAST_COPIED || !storedRange(content)) {
      yield* exactly(content, run);
      continue;
    }
    yield* withoutHoles(content, run);
  }
}

/** The holes of a content, and what is between them: long parts to be copied, and the pieces of others. */
async function* withoutHoles(content: ExactContent, run: Run): AsyncGenerator<Data | Copied> {
  let done = 0;
  for (const hole of [...content.holes, { at: content.size, length: 0 }]) {
    const isShort = hole.at - done < LEAST_COPIED;
    if (isShort && hole.at > done) yield* exactly(content.slice({ at: done, length: hole.at - done }), run);
    for (let at = done; !isShort && at < hole.at; at += MOST_COPIED) {
      yield { copied: content.slice({ at, length: Math.min(MOST_COPIED, hole.at - at) }) };
    }
    if (hole.length > 0) yield { hole: hole.length };
    done = hole.at + hole.length;
  }
}

/**
 * Has the system copy a range of an open file to byte `at` of another one. False without the native engine, for other content, and if the
 * range cannot be read: reading it gives the error. Throws {@link TargetError}.
 */
export async function copyContent(content: ExactContent, to: number, at: number, name: ByteString): Promise<boolean> {
  const { addon } = loadNative();
  const range = storedRange(content);
  if (!addon || !range || range.store.fd < 0) return false;
  const pieces = new StoredPieces();
  pieces.plain(range.at, content.size);
  const file = addon.openImage(range.store.fd, '', 0);
  try {
    const result = await addon.fillFile(to, at, file, pieces.numbers);
    if (result > 0) throw targetError(name, errnoError(result));
    return result === 0;
  } finally {
    addon.closeImage(file);
  }
}
