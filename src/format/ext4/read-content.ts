// The content of a file in an image: its extents in order, zeros if there are none.

import { type Part, PartsContent } from '../../io/index.js';
import type { Extent } from './extent.js';
import type { Volume } from './read-volume.js';

/** `size` bytes that are in these extents, which are in order and apart. */
export function storedFile(volume: Volume, extents: readonly Extent[], size: number): PartsContent {
  const { blockSize } = volume;
  const parts: Part[] = [];
  let end = 0;
  for (const { logical, block, length } of extents) {
    const from = logical * blockSize;
    if (from > end) parts.push({ hole: from - end });
    parts.push({ at: block * blockSize, length: length * blockSize });
    end = from + length * blockSize;
  }
  if (size > end) parts.push({ hole: size - end });
  return new PartsContent(volume, parts, size);
}
