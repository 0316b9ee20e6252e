// A tree out of inodes and the names that lead to them, as file systems of Unix have both. Directories are read each before those in
// it, and built from the last to the first, so nesting does not use the stack; none is read twice, so no loop is followed.

import type { ByteString } from '../bytes/index.js';
import { type ExactContent, FAULT_UNITS, type Work } from '../io/index.js';
import { FileTree, joinPath } from './file-tree.js';
import { type Attributes, type Directory, directory, type Node } from './node.js';
import type { TreeWatcher } from './tree-watcher.js';
import { type EntryFault, isEntryFault, unreadableEntry } from './unreadable-entry.js';

/** A name in a directory, and the inode it leads to; with `fault` nobody can know where it leads. */
export interface InodeName<R> {
  readonly name: ByteString;
  readonly ref: R;
  readonly fault?: EntryFault;
}

/** A directory that has been read. */
export interface ReadDirectory<R> {
  readonly attributes: Partial<Attributes>;
  readonly names: readonly InodeName<R>[];
}

/** An inode that has been read: a directory, or the node of anything else. */
export type ReadInode<R> = ReadDirectory<R> | Node;

/** Identity of an inode in its image. */
export type InodeKey = number | string;

/** How an image finds its inodes. `R` is the reference that a directory has with each name. */
export interface InodeReader<R> {
  readonly root: R;
  readonly work: Work;
  /** The same for all names of an inode. */
  key(ref: R): InodeKey;
  /** Reads an inode, once. `path` is the first name that led to it, `met` how many inodes were read before. */
  read(ref: R, path: ByteString, met: number): ReadInode<R> | Promise<ReadInode<R>>;
  /** Called with each directory as soon as its entries have been read. */
  readonly watch?: TreeWatcher | undefined;
  /** The error of a root that is not a directory, or of a directory in two places. */
  damaged(code: 'root' | 'directory-twice', message: string): Error;
}

/**
 * Reads all files: several names of one inode are one node. An entry that cannot be read is a file whose content throws; only
 * a fault of the root, or one that concerns the whole image, is thrown here.
 */
export function treeOfInodes<R>(reader: InodeReader<R>): Promise<FileTree> {
  return new InodeTree(reader).read();
}

interface OpenDirectory<R> extends ReadDirectory<R> {
  readonly key: InodeKey;
  readonly path: ByteString;
  /** The node of each name, in their order; undefined for a directory, which is made when all of its entries are. */
  readonly nodes: (Node | undefined)[];
  /** Indexes of names that lead to a node with an earlier name. */
  readonly repeated: Set<number>;
}

class InodeTree<R> {
  readonly #reader: InodeReader<R>;
  readonly #nodes = new Map<InodeKey, Node>();
  readonly #directories: OpenDirectory<R>[] = [];
  readonly #opened = new Set<InodeKey>();
  /** Why inodes cannot be read: none is tried again for another name. */
  readonly #faults = new Map<InodeKey, EntryFault>();

  constructor(reader: InodeReader<R>) {
    this.#reader = reader;
  }

  async read(): Promise<FileTree> {
    const { root } = this.#reader;
    await this.#meet(root, '' as ByteString);
    if (this.#directories.length === 0) throw this.#reader.damaged('root', 'The root of the image is not a directory.');
    const unread = [...this.#directories];
    for (let directory = unread.pop(); directory; directory = unread.pop()) {
      const met = this.#directories.length;
      await this.#meetAll(directory);
      const watching = this.#reader.watch?.(directory);
      if (watching) await watching;
      for (let last = this.#directories.length - 1; last >= met; last--) unread.push(this.#directories[last]!);
    }
    for (const { key, attributes, names, nodes } of this.#directories.reverse()) {
      const entries = names.map(({ name, ref }, index) => {
        return [name, nodes[index] ?? this.#nodes.get(this.#reader.key(ref))!] as const;
      });
      this.#nodes.set(key, directory<ExactContent>(attributes, entries));
    }
    return new FileTree(this.#nodes.get(this.#reader.key(root)) as Directory);
  }

  async #meetAll({ path, names, nodes, repeated }: OpenDirectory<R>): Promise<void> {
    for (const { name, ref, fault } of names) {
      const place = joinPath(path, name);
      try {
        if (fault) throw fault;
        const before = this.#nodes.size;
        // Most inodes are in memory: promises for each of them would cost more than reading it.
        const meeting = this.#meet(ref, place);
        if (meeting && !(meeting instanceof Promise) && this.#nodes.size === before) repeated.add(nodes.length);
        nodes.push(meeting instanceof Promise ? await meeting : meeting);
      } catch (error) {
        if (!isEntryFault(error)) throw error;
        this.#reader.work.spend(FAULT_UNITS);
        if (!fault) this.#faults.set(this.#reader.key(ref), error);
        nodes.push(unreadableEntry(place, error));
      }
    }
  }

  /** The node of an inode; undefined for a directory. */
  #meet(ref: R, path: ByteString): Promise<Node | undefined> | Node | undefined {
    const key = this.#reader.key(ref);
    const known = this.#nodes.get(key);
    if (known) return known;
    const fault = this.#faults.get(key);
    if (fault) throw fault;
    if (this.#opened.has(key)) throw this.#reader.damaged('directory-twice', 'A directory has two places.');
    const found = this.#reader.read(ref, path, this.#nodes.size + this.#opened.size);
    return found instanceof Promise ? found.then((read) => this.#keep(key, path, read)) : this.#keep(key, path, found);
  }

  #keep(key: InodeKey, path: ByteString, found: ReadInode<R>): Node | undefined {
    if ('kind' in found) {
      this.#nodes.set(key, found);
      return found;
    }
    const { attributes, names } = found;
    this.#opened.add(key);
    this.#directories.push({ attributes, names, key, path, nodes: [], repeated: new Set() });
    return undefined;
  }
}
