// Looks into contents while a disc is planned.

import { collect, type ExactContent, type Run, type Source } from '../io/index.js';

/** The first `length` bytes, zeros after the end of shorter content. */
export async function headOf(content: ExactContent, length: number, run: Run): Promise<Uint8Array> {
  const head = new Uint8Array(length);
  head.set(await collect(content.slice({ at: 0, length: Math.min(length, content.size) }), run));
  return head;
}

/** The content for readers of formats, which look at a few places. */
export function contentSource(content: ExactContent, run: Run): Source {
  return {
    ...content,
    read: async (at, into) => into.set(await collect(content.slice({ at, length: into.length }), run)),
    slice: (range) => contentSource(content.slice(range), run),
  };
}
