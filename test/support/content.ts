// Contents as tests need them.

import type { ExactContent } from '../../src/io/content.js';
import { FAST } from '../../src/io/fast-path.js';

/** The bytes of content in memory, without waiting. */
export function bytesNow(content: ExactContent): Uint8Array {
  const bytes = content[FAST]?.bytes?.();
  if (!bytes) throw new Error('not in memory');
  return bytes;
}
