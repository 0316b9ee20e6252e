// The entries of a hierarchy's directories, in columns: a disc may have a million of them, and one object per entry that lives
// as long as the plan costs more memory, and more time of the garbage collector, than what is in it. Identifiers are bytes outside
// of the heap; columns are lists of parts, because an array that grows is copied, and its copies stay until a full collection.

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

/** Entries of a part. */
const PART = 1 << 14;

/** Values by their index. */
class Column<T> {
  readonly #parts: T[][] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(value: T): void {
    const index = this.#count++;
    if (index % PART === 0) this.#parts.push([]);
    this.#parts.at(-1)!.push(value);
  }

  at(index: number): T {
    return this.#parts[Math.floor(index / PART)]![index % PART]!;
  }
}

/** Texts of at most 255 bytes by their index. */
class TextColumn {
  /** Of each part its texts, one after the other, each after its length. */
  readonly #texts: Buffer[] = [];
  /** Of each part where its texts begin. */
  readonly #starts: Uint32Array[] = [];
  #filling = Buffer.allocUnsafeSlow(64 * 1024);
  #filled = 0;
  #count = 0;

  add(text: ByteString): void {
    if (this.#count === this.#starts.length * PART) this.#begin();
    this.#makeRoom(1 + text.length);
    this.#starts.at(-1)![this.#count++ % PART] = this.#filled;
    this.#filling[this.#filled] = text.length;
    this.#filling.write(text, this.#filled + 1, 'latin1');
    this.#filled += 1 + text.length;
  }

  at(index: number): ByteString {
    const part = Math.floor(index / PART);
    const start = this.#starts[part]![index % PART]!;
    const texts = this.#texts[part] ?? this.#filling;
    return texts.toString('latin1', start + 1, start + 1 + texts[start]!) as ByteString;
  }

  #begin(): void {
    if (this.#count > 0) this.#texts.push(Buffer.from(this.#filling.subarray(0, this.#filled)));
    this.#filled = 0;
    this.#starts.push(new Uint32Array(PART));
  }

  #makeRoom(length: number): void {
    if (this.#filled + length <= this.#filling.length) return;
    const larger = Buffer.allocUnsafeSlow(2 * this.#filling.length);
    this.#filling.copy(larger, 0, 0, this.#filled);
    this.#filling = larger;
  }
}

/** The entries of all directories of a hierarchy. */
export class EntryTable {
  readonly #identifiers = new TextColumn();
  readonly #names = new Column<ByteString>();
  readonly #nodes = new Column<Node<Content>>();
  readonly #keepsNames: boolean;

  /** Without `keepsNames` an entry's name is its identifier. */
  constructor(keepsNames: boolean) {
    this.#keepsNames = keepsNames;
  }

  /** Adds the entries of one directory, in the order of their records. */
  add(entries: Iterable<HierarchyEntry>): EntryRange {
    const first = this.#nodes.count;
    for (const { identifier, name, node } of entries) {
      this.#identifiers.add(identifier);
      if (this.#keepsNames) this.#names.add(name);
      this.#nodes.add(node);
    }
    return { first, end: this.#nodes.count };
  }

  identifier(index: number): ByteString {
    return this.#identifiers.at(index);
  }

  /** The name of the entry in Rock Ridge. */
  name(index: number): ByteString {
    return this.#keepsNames ? this.#names.at(index) : this.identifier(index);
  }

  node(index: number): Node<Content> {
    return this.#nodes.at(index);
  }

  /** The entries of one directory. */
  *of({ first, end }: EntryRange): Generator<HierarchyEntry> {
    for (let i = first; i < end; i++) yield { identifier: this.identifier(i), name: this.name(i), node: this.node(i) };
  }
}
