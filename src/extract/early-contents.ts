// The contents that are read early, in the order in which their files are made.

import { type ExactContent, isReadEarly } from '../io/index.js';
import type { Directory, Node } from '../tree/index.js';
import type { EntryMaker } from './entry-maker.js';
import type { Nodes } from './made-names.js';

/** Contents that are read early, in the order in which their files are made. A file with several names is listed once. */
export function* earlyContents(
  root: Directory,
  links: Nodes,
  maker: Pick<EntryMaker, 'reads'>,
): Generator<ExactContent> {
  const made = new Set<Node>();
  const directories = [root];
  for (let directory = directories.pop(); directory; directory = directories.pop()) {
    const below: Directory[] = [];
    for (const node of directory.entries.values()) {
      if (node.kind === 'directory') below.push(node);
      if (node.kind !== 'file' || !isReadEarly(node.content) || made.has(node) || maker.reads(node.content)) continue;
      if (links.has(node)) made.add(node);
      yield node.content;
    }
    // Without recursion, so that deep nesting cannot exhaust the stack.
    for (const one of below.reverse()) directories.push(one);
  }
}
