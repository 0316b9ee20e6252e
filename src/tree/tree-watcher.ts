// Watching a tree while it is read, for consumers that begin with its first directories before the last ones are known.

import type { ByteString } from '../bytes/index.js';
import type { Attributes, Node } from './node.js';

/** A directory whose entries have been read. Those in it come later, each once, before any directory next to it. */
export interface SeenDirectory {
  /** Without leading slash; empty for the root. */
  readonly path: ByteString;
  readonly attributes: Partial<Attributes>;
  /** In the order of the image. They have not been checked: the tree, which is, may never be made. */
  readonly names: readonly { readonly name: ByteString }[];
  /** The node of each name; undefined for a directory. */
  readonly nodes: readonly (Node | undefined)[];
  /** Indexes of names that lead to a node with an earlier name. */
  readonly repeated: ReadonlySet<number>;
}

/** Called with each directory after the one that it is in. Reading goes on when the promise, if there is one, is fulfilled. */
export type TreeWatcher = (directory: SeenDirectory) => Promise<void> | undefined;
