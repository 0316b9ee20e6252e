// Equal tails of different files: found before anything is planned, so that each is stored once.

import type { ExactContent, Run } from '../../io/index.js';
import { type FileTree, findTwins, walk } from '../../tree/index.js';
import { type ResolvedOptions, resolveOptions, type SquashfsOptions } from './options.js';
import { tailInFragment } from './tail-places.js';

/**
 * Maps each content to the first one before it with an equal tail, for {@link SquashfsOptions.equalTails}.
 * Reads only tails whose length occurs more than once. Empty without tail packing: then tails are whole files, and
 * `shareDuplicates` finds equal files, and should have run before.
 */
export async function findEqualTails(
  tree: FileTree,
  options: SquashfsOptions,
  run: Run,
): Promise<ReadonlyMap<ExactContent, ExactContent>> {
  const resolved = resolveOptions(options);
  if (!resolved.tailPacking) return new Map();
  const candidates = candidatesOf(tree, resolved);
  const ends = new Map(candidates.map((content) => [tailOf(content, resolved.blockSize), content]));
  const twins = await findTwins([...ends.keys()], run);
  return new Map([...twins].map(([tail, first]) => [ends.get(tail)!, ends.get(first)!]));
}

/** Contents whose tail is as long as that of a larger file, in tree order, each once. */
function candidatesOf(tree: FileTree, options: ResolvedOptions): ExactContent[] {
  const lengths = new Map<ExactContent, number>();
  const ofLength = new Map<number, { count: number; isEnd: boolean }>();
  for (const { node } of walk(tree)) {
    if (node.kind !== 'file' || lengths.has(node.content)) continue;
    const length = tailInFragment(node.content, options);
    if (length === 0) continue;
    lengths.set(node.content, length);
    const { count, isEnd } = ofLength.get(length) ?? { count: 0, isEnd: false };
    ofLength.set(length, { count: count + 1, isEnd: isEnd || node.content.size > length });
  }
  return [...lengths].flatMap(([content, length]) => {
    const { count, isEnd } = ofLength.get(length)!;
    return count > 1 && isEnd ? [content] : [];
  });
}

/** The tail of a content, as separate content. */
function tailOf(content: ExactContent, blockSize: number): ExactContent {
  const { size } = content;
  const length = size % blockSize;
  if (length === size) return content;
  return content.slice({ at: size - length, length });
}
