// Small files, which are read early and made many at a time, in the order in which they are made.

import type { ExactContent } from '../io/index.js';
import type { Directory, Node } from '../tree/index.js';

/** Files up to this size are read early, and made many at a time. */
const SMALL = 1024 * 1024;

/** Whether a file is made from memory: no hole, and not large. */
export function isSmall({ size, holes }: ExactContent): boolean {
  return size <= SMALL && holes.length === 0;
}

/** Contents of small files, in the order in which they are made. A file with several names is listed once. */
export function* smallContents(root: Directory, links: ReadonlyMap<Node, number>): Generator<ExactContent> {
  const made = new Set<Node>();
  const directories = [root];
  for (let directory = directories.pop(); directory; directory = directories.pop()) {
    const below: Directory[] = [];
    for (const node of directory.entries.values()) {
      if (node.kind === 'directory') below.push(node);
      if (node.kind !== 'file' || !isSmall(node.content) || made.has(node)) continue;
      if (links.has(node)) made.add(node);
      yield node.content;
    }
    // Without recursion, so that deep nesting cannot exhaust the stack.
    for (const one of below.reverse()) directories.push(one);
  }
}
