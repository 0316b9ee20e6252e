// A tree after some time: files have grown, shrunk, changed, come and gone.

import { type ByteString, fromText } from '../../src/bytes/text.js';
import type { ExactContent } from '../../src/io/content.js';
import { bytesSource } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { type Directory, directory, file, type Node } from '../../src/tree/node.js';
import { noise } from './trees.js';

/** The tree with changes that depend on `round` and on nothing else. Names of one inode stay names of one inode. */
export function changedTree(tree: FileTree, round: number): FileTree {
  const done = new Map<Node, Node>();
  let count = round;
  const changedLeaf = (node: Node): Node => {
    const known = done.get(node) ?? changed(node, count);
    done.set(node, known);
    return known;
  };
  const visit = (dir: Directory): Directory => {
    const entries: [ByteString, Node][] = [];
    for (const [name, node] of dir.entries) {
      count++;
      if (node.kind === 'directory') entries.push([name, visit(node)]);
      else if (count % 7 !== 3) entries.push([name, changedLeaf(node)]);
      if (count % 5 === 0) entries.push([fromText(`added-${round}-${count}`), added(count)]);
    }
    return directory<ExactContent>(dir, entries);
  };
  return new FileTree(visit(tree.root));
}

function changed(node: Node, count: number): Node {
  if (node.kind !== 'file') return node;
  const { size } = node.content;
  const sizes = [size, size + 9000, Math.floor(size / 2), undefined][count % 4];
  return sizes === undefined ? node : { ...node, content: bytesSource(noise(sizes, count)) };
}

function added(count: number): Node {
  return count % 3 === 0 ? directory({}, []) : file(bytesSource(noise((count * 7919) % 60_000, count)));
}
