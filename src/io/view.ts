// A window on anything with random access.

import { NO_HOLES, type Range, type Source } from './content.js';
import { checkRange } from './memory.js';

const CHUNK = 256 * 1024;

/** The bytes of `range` of an object that only has `read`. */
export function sourceView(whole: Pick<Source, 'read'>, range: Range): Source {
  const { at: start, length: size } = range;
  return {
    size,
    holes: NO_HOLES,
    read: async (at, into) => {
      checkRange({ at, length: into.length }, size);
      await whole.read(start + at, into);
    },
    slice: (inner) => {
      checkRange(inner, size);
      return sourceView(whole, { at: start + inner.at, length: inner.length });
    },
    async *pieces(run) {
      for (let at = 0; at < size; at += CHUNK) {
        run.signal?.throwIfAborted();
        const bytes = new Uint8Array(Math.min(CHUNK, size - at));
        await whole.read(start + at, bytes);
        yield bytes;
      }
    },
  };
}
