// Reads small files.

import type { ExactContent, Run } from './content.js';
import { FAST } from './fast-path.js';
import { collect } from './memory.js';

/** All bytes of a content; undefined if it has more than `limit`. Do not write to them: they may belong to the content. */
export async function smallBytes(content: ExactContent, run: Run, limit: number): Promise<Uint8Array | undefined> {
  if (content.size > limit) return undefined;
  return content[FAST]?.bytes?.() ?? collect(content, run, limit);
}
