// The size of a root file system.

import { countNames, FileTree, type Node, visitNodes } from '../../tree/index.js';
import type { GenerationRules, RootSize } from '../description/index.js';

const MIB = 1024 * 1024;
/** Bytes that KIWI counts for an inode, of which it counts two per entry, and for a directory. */
const [INODE_SIZE, DIRECTORY_SIZE] = [256, 4096];

/**
 * Bytes of the root file system, by KIWI's rule: half as much again as the content, two inodes per entry, in whole MiB;
 * or as the description asks.
 */
export function rootSize(root: FileTree, asked: RootSize | undefined, rules: GenerationRules): number {
  if (asked && !asked.additive) return asked.mebibytes * MIB;
  const { bytes, entries } = measure(root);
  const content = rules.wholeMebibytes ? Math.floor(bytes / MIB) : bytes / MIB;
  const needed = Math.floor(content * 1.5 + (2 * entries * INODE_SIZE) / MIB);
  return Math.max(1, needed + (asked?.mebibytes ?? 0)) * MIB;
}

/** Directories whose content does not count. */
const OUTSIDE: ReadonlySet<string> = new Set(['proc', 'sys', 'dev']);

/** As `du --apparent-size` and `find` count: hard links once, without what is below /proc, /sys and /dev. */
function measure({ root }: FileTree): { bytes: number; entries: number } {
  const seen = new Set<Node>();
  let bytes = DIRECTORY_SIZE;
  let entries = 1;
  const count = (node: Node) => {
    entries++;
    if (node.kind === 'directory') bytes += DIRECTORY_SIZE;
    else if (!seen.has(node)) {
      seen.add(node);
      if (node.kind === 'file') bytes += node.content.size;
      if (node.kind === 'symlink') bytes += node.target.length;
    }
  };
  for (const [name, node] of root.entries) {
    if (OUTSIDE.has(name)) entries += 1 + (node.kind === 'directory' ? countNames(node) : 0);
    else if (node.kind === 'directory') visitNodes(new FileTree(node), count);
    else count(node);
  }
  return { bytes, entries };
}
