// Makes entries of a tree that is still being read, whose directories come one by one. The ones above the next stay open, so that
// nothing is ever found by a path.

import type { ByteString } from '../bytes/index.js';
import type { HeldDirectory } from '../io/index.js';
import { checkEntryName, type Directory, directory, joinPath, type Node, type SeenDirectory } from '../tree/index.js';
import type { EntryDirectory } from './entry-maker.js';

/** An entry that is made when the whole tree is known. */
export interface LaterEntry {
  readonly directory: EntryDirectory;
  readonly name: ByteString;
  readonly node: Node;
  readonly path: ByteString;
  /** Whether the node has an earlier name. */
  readonly isRepeated: boolean;
}

/** How entries are made. */
export interface EntryWork {
  /** Makes a directory and opens it. */
  newDirectory(held: HeldDirectory, name: ByteString, path: ByteString): HeldDirectory;
  /** Notes a directory whose entries are made from now on: it gets its attributes after those below it. */
  enter(node: Directory, directory: EntryDirectory, path: ByteString): void;
  /** Whether an entry is made in one call with others, without waiting for it. */
  isShort(node: Node): boolean;
  /** Makes an entry, or has it made with others. */
  entry(
    held: HeldDirectory,
    directory: EntryDirectory,
    name: ByteString,
    node: Node,
    path: ByteString,
  ): Promise<void> | undefined;
  /** Notes an entry that failed; throws its error if that ends the extraction. */
  leaveOut(path: ByteString, error: unknown): void;
}

/** A directory that is open, because others in it may come. */
interface OpenDirectory {
  readonly path: ByteString;
  readonly held: HeldDirectory;
}

export class EarlyEntries {
  /** Other names of files, and files that take more time, or whose content the maker does not read itself. */
  readonly later: LaterEntry[] = [];
  readonly #work: EntryWork;
  /** Each in the one before; the first is that of the whole extraction, which closes it. */
  readonly #open: OpenDirectory[];

  constructor(work: EntryWork, top: HeldDirectory) {
    this.#work = work;
    this.#open = [{ path: '' as ByteString, held: top }];
  }

  /** Makes a directory and its entries. If the one that it is in was left out, so is this. */
  async add(seen: SeenDirectory): Promise<void> {
    const { path } = seen;
    try {
      const held = path === '' ? this.#open[0]!.held : this.#made(path);
      if (held) await this.#entries(held, seen);
    } catch (error) {
      this.#work.leaveOut(path, error);
    }
  }

  /** Closes everything but the first directory. */
  close(): void {
    this.#closeTo(1);
  }

  #made(path: ByteString): HeldDirectory | undefined {
    const slash = path.lastIndexOf('/');
    const above = path.slice(0, Math.max(0, slash));
    const place = this.#open.findLastIndex((one) => one.path === above);
    if (place < 0) return undefined;
    this.#closeTo(place + 1);
    const name = path.slice(slash + 1) as ByteString;
    checkEntryName(name);
    const held = this.#work.newDirectory(this.#open[place]!.held, name, path);
    this.#open.push({ path, held });
    return held;
  }

  #closeTo(count: number): void {
    for (const { held } of this.#open.splice(count)) held.close();
  }

  async #entries(held: HeldDirectory, { path, attributes, names, nodes, repeated }: SeenDirectory): Promise<void> {
    const place = { path: held.path, identity: held.identity };
    this.#work.enter(directory(attributes), place, path);
    for (let index = 0; index < names.length; index++) {
      const node = nodes[index];
      // Directories come in their turn.
      if (!node) continue;
      const { name } = names[index]!;
      const below = joinPath(path, name);
      const isRepeated = repeated.has(index);
      try {
        checkEntryName(name);
        if (isRepeated || !this.#work.isShort(node)) {
          this.later.push({ directory: place, name, node, path: below, isRepeated });
          continue;
        }
        const making = this.#work.entry(held, place, name, node, below);
        if (making) await making;
      } catch (error) {
        this.#work.leaveOut(below, error);
      }
    }
  }
}
