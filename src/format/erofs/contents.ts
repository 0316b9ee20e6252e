// The contents of an image in the order of their first leaves.

import type { ExactContent } from '../../io/index.js';
import type { PlannedImage } from './layout.js';

/** Contents that are not empty, each once, and the first leaf of each. */
export function contentsInOrder({ inodes }: PlannedImage): { contents: ExactContent[]; leafOf: Uint32Array } {
  const { leaves, contentOwners } = inodes;
  const contents: ExactContent[] = [];
  const leafOf = new Uint32Array(leaves.length);
  for (let index = 0; index < leaves.length; index++) {
    const leaf = leaves[index]!;
    if (leaf.kind !== 'file' || leaf.content.size === 0 || contentOwners[index] !== index) continue;
    leafOf[contents.length] = index;
    contents.push(leaf.content);
  }
  return { contents, leafOf };
}

/** Contents of size 0, which must still be empty after all others have been read. */
export function* emptyContents({ inodes }: PlannedImage): Generator<ExactContent> {
  for (const leaf of inodes.leaves) if (leaf.kind === 'file' && leaf.content.size === 0) yield leaf.content;
}
