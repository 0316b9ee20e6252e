// Entries that are not directories, each once for all its names; and which of them share a content.

import type { ExactContent } from '../io/index.js';
import type { FileTree } from './file-tree.js';
import type { Directory, Node } from './node.js';
import { countNames } from './walk.js';

/** An entry that is not a directory. */
export type Leaf = Exclude<Node, Directory>;

/** Takes leaves in the order of their numbers. There may be millions: what is looked up while it fills goes away with it. */
export class LeafTable {
  readonly leaves: Leaf[];
  /** For each leaf the index of the first one with the same content object: its own for most, and for leaves that are not files. */
  readonly contentOwners: Uint32Array;
  /** The numbers of leaves with more than one name. */
  readonly linked = new Map<Leaf, number>();
  /** How many names a leaf has, for those with more than one. */
  readonly linkCounts = new Map<Leaf, number>();
  /** Index of the first leaf with a content, and of each leaf that is not a file. */
  readonly #first = new Map<ExactContent | Leaf, number>();
  /** Index of each file whose content an earlier leaf has. */
  readonly #sharing = new Map<Leaf, number>();
  #count = 0;

  constructor(tree: FileTree) {
    const most = countNames(tree.root);
    // Made for the most there can be: an array that grows leaves two more of its size after.
    this.leaves = new Array(most);
    this.contentOwners = new Uint32Array(most);
  }

  /** Leaves so far. */
  get count(): number {
    return this.#count;
  }

  /** Counts a name of a leaf; true if it is the first name. */
  add(leaf: Leaf): boolean {
    const key = leaf.kind === 'file' ? leaf.content : leaf;
    const owner = this.#first.get(key);
    const known = owner !== undefined && this.leaves[owner] === leaf ? owner : this.#sharing.get(leaf);
    if (known !== undefined) {
      this.linked.set(leaf, known + 1);
      this.linkCounts.set(leaf, (this.linkCounts.get(leaf) ?? 1) + 1);
      return false;
    }
    if (owner === undefined) this.#first.set(key, this.#count);
    else this.#sharing.set(leaf, this.#count);
    this.contentOwners[this.#count] = owner ?? this.#count;
    this.leaves[this.#count++] = leaf;
    return true;
  }

  /** Ends the lists after the last leaf. */
  finish() {
    this.leaves.length = this.#count;
    const { leaves, linked, linkCounts } = this;
    return { leaves, contentOwners: this.contentOwners.subarray(0, this.#count), linked, linkCounts };
  }
}
