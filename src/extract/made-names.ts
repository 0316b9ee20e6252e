// The nodes with several names: hard links are made to the first of them that was made.

import type { ByteString } from '../bytes/index.js';
import { type Directory, joinPath, type Node } from '../tree/index.js';

/** A set of nodes, or a map with such keys. */
export type Nodes = Pick<ReadonlySet<Node>, 'has'>;

export class MadeNames {
  #several: Nodes = new Set();
  /** The first path of each such node, below the top. */
  readonly #first = new Map<Node, ByteString>();

  /** Whether a node has several names. */
  has(node: Node): boolean {
    return this.#several.has(node);
  }

  first(node: Node): ByteString | undefined {
    return this.#first.get(node);
  }

  setFirst(node: Node, path: ByteString): void {
    this.#first.set(node, path);
  }

  /** From now on these are the nodes with several names. */
  expect(several: Nodes): void {
    this.#several = several;
  }

  /** Finds the names under which such nodes were made already: those that are not to be made `later`. */
  find(root: Directory, later: ReadonlySet<ByteString>): void {
    const directories = [{ path: '' as ByteString, entries: root.entries }];
    for (let above = directories.pop(); above; above = directories.pop()) {
      for (const [name, node] of above.entries) {
        if (node.kind === 'directory') {
          directories.push({ path: joinPath(above.path, name), entries: node.entries });
        } else if (this.has(node)) {
          const path = joinPath(above.path, name);
          if (!later.has(path)) this.setFirst(node, path);
        }
      }
    }
  }
}
