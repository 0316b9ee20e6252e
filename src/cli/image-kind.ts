// The kind of an image that was given where an archive or a directory is needed.
// A separate module: the readers of all formats take longer to load than a small image takes to write.

import { recogniseAll } from '../image/index.js';
import type { Source } from '../io/index.js';

/** `a squashfs image`; undefined for anything else. */
export async function imageKind(file: Source): Promise<string | undefined> {
  const [best] = await recogniseAll(file);
  if (!best) return undefined;
  const { kind } = best.format.facts(best.found);
  return `${/^[aei]/.test(kind) ? 'an' : 'a'} ${kind} ${best.format.isArchive ? 'archive' : 'image'}`;
}
