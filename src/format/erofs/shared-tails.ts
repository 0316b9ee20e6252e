// Contents that several files have: their whole blocks are stored once, and their ends either in a block as well or after each inode.

import { alignUp } from '../../bytes/index.js';
import type { PlannedImage } from './layout.js';
import { leafHead } from './leaves.js';
import type { ErofsOptions } from './options.js';

/**
 * The smallest content, in bytes, that is worth comparing with others: smaller ones mostly follow their inodes, and sharing saves next to
 * nothing: 4 KB of a Debian root of 787 MB, in which half of the files of equal size are that small.
 */
export function leastShared({ blockSize = 4096, inlineData = true, fragments }: Partial<ErofsOptions>): number {
  return inlineData && fragments === undefined ? blockSize / 2 : 1;
}

/** The owners of contents whose ends take less space after every inode than one block would. */
export function sharedTailsOf(image: Pick<PlannedImage, 'inodes' | 'options' | 'xattrs'>): ReadonlySet<number> {
  const { inodes, options } = image;
  const { blockSize } = options;
  const found = new Set<number>();
  if (!options.inlineData) return found;
  for (const [owner, count] of inodes.sharers) {
    const leaf = inodes.leaves[owner]!;
    const tail = leaf.kind === 'file' ? leaf.content.size % blockSize : 0;
    if (tail > 0 && count * tail < blockSize) found.add(owner);
  }
  // An end that does not fit into the block of every inode needs a block for all of them.
  for (let index = 0; index < inodes.leaves.length && found.size > 0; index++) {
    const owner = inodes.contentOwners[index]!;
    if (!found.has(owner)) continue;
    const { size, length } = leafHead(image, inodes.leaves[index]!);
    if (alignUp(size, 4) + (length % blockSize) > blockSize) found.delete(owner);
  }
  return found;
}
