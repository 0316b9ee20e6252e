// The entries of a hierarchy's directories, in columns: a disc may have a million of them, and one object per entry that lives
// as long as the plan costs more memory, and more time of the garbage collector, than what is in it.

import type { ByteString } from '../../bytes/index.js';
import type { Content } from '../../io/index.js';
import type { Node } from '../../tree/index.js';

/** One name in a directory of a hierarchy. */
export interface HierarchyEntry {
  readonly identifier: ByteString;
  /** Its name in Rock Ridge. */
  readonly name: ByteString;
  readonly node: Node<Content>;
}

/** Indexes of the entries of one directory in the table. */
export interface EntryRange {
  readonly first: number;
  readonly end: number;
}

export class EntryTable {
  readonly #identifiers: ByteString[] = [];
  readonly #names: ByteString[] = [];
  readonly #nodes: Node<Content>[] = [];

  /** Adds the entries of one directory, in the order of their records. */
  add(entries: Iterable<HierarchyEntry>): EntryRange {
    const first = this.#nodes.length;
    for (const { identifier, name, node } of entries) {
      this.#identifiers.push(identifier);
      this.#names.push(name);
      this.#nodes.push(node);
    }
    return { first, end: this.#nodes.length };
  }

  identifier(index: number): ByteString {
    return this.#identifiers[index]!;
  }

  /** The name of the entry in Rock Ridge. */
  name(index: number): ByteString {
    return this.#names[index]!;
  }

  node(index: number): Node<Content> {
    return this.#nodes[index]!;
  }

  /** The entries of one directory. */
  *of({ first, end }: EntryRange): Generator<HierarchyEntry> {
    for (let i = first; i < end; i++) {
      yield { identifier: this.#identifiers[i]!, name: this.#names[i]!, node: this.#nodes[i]! };
    }
  }
}
