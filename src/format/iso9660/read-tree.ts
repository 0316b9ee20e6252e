// The files of an opened volume as a tree. Directories are read breadth first, so nesting does not use the stack; no
// directory is entered twice, so no loop is followed.

import { type ByteString, displayText } from '../../bytes/index.js';
import { UnsupportedError } from '../../errors.js';
import {
  EMPTY,
  type ExactContent,
  ExhaustedError,
  FAULT_UNITS,
  PartsContent,
  type Range,
  UnreadableContent,
} from '../../io/index.js';
import {
  type Attributes,
  directory,
  FileTree,
  file,
  isEntryFault,
  kindOfMode,
  type Node,
  special,
  symlink,
} from '../../tree/index.js';
import type { DirectoryRecord } from './directory-record.js';
import { entriesOf, type FoundEntry, factsOf, ownRecord } from './read-directory.js';
import type { RockRidgeFacts } from './read-rock-ridge.js';
import { damaged, type HierarchyName, type Volume } from './read-volume.js';
import { isReadable, ZisofsContent, type ZisofsFacts } from './zisofs.js';

/** Modes of files and directories without Rock Ridge: readable for all, not writable. */
const PLAIN_MODE = { file: 0o444, directory: 0o555 } as const;

interface OpenDirectory {
  readonly attributes: Partial<Attributes>;
  readonly entries: readonly FoundEntry[];
  /** Of every entry that is a directory, its index among the open ones. */
  readonly below: Map<FoundEntry, number>;
  /** The entry that leads to it; undefined for the root. */
  entry: FoundEntry | undefined;
}

/** Names of the directory in which writers keep relocated ones. Some do not mark those as relocated. */
const RELOCATION_NAMES: readonly string[] = ['rr_moved', '.rr_moved'];

/** Reads the tree of one hierarchy. */
export function readTree(volume: Volume, hierarchy: HierarchyName): Promise<FileTree> {
  return new TreeReader(volume, hierarchy).read();
}

class TreeReader {
  readonly #volume: Volume;
  readonly #hierarchy: HierarchyName;
  /** Directories in the order in which they were met. */
  readonly #open: OpenDirectory[] = [];
  /** Their indices, by the blocks where they are. */
  readonly #entered = new Map<number, number>();
  /** Files of several names, by serial number. */
  readonly #shared = new Map<number, Node>();
  /** Bytes that directories can still have: they do not overlap. */
  #directoriesLeft: number;
  /** Why directories cannot be read. They are shown as unreadable files, so that they do not seem empty. */
  readonly #faults = new Map<FoundEntry, string>();
  /** Entries that lead to a directory whose place is elsewhere. */
  readonly #moved = new Set<FoundEntry>();
  /** Directories of relocated ones that are not shown. */
  #hidden = 0;

  constructor(volume: Volume, hierarchy: HierarchyName) {
    this.#volume = volume;
    this.#hierarchy = hierarchy;
    this.#directoriesLeft = volume.size;
  }

  async read(): Promise<FileTree> {
    this.#volume.work.restart();
    const root = this.#hierarchy === 'joliet' ? this.#volume.joliet! : this.#volume.primary;
    await this.#enter(root, await this.#rootAttributes(root), undefined);
    for (const { entries, below } of this.#open) {
      for (const entry of entries) {
        if (entry.facts.isMoved) this.#moved.add(entry);
        const record = entry.facts.isMoved ? undefined : await this.#directoryOf(entry);
        if (!record) continue;
        const attributes = this.#attributes(entry.facts, record, PLAIN_MODE.directory);
        const index = await this.#enter(record, attributes, entry);
        if (index !== undefined) below.set(entry, index);
      }
    }
    this.#hideRelocations();
    return this.#build();
  }

  /** Built from the last to the first in the order of a walk, in which directories come before their entries. */
  #build(): FileTree {
    const order = [0];
    for (const stack = [0]; stack.length > 0; ) {
      const { below } = this.#open[stack.pop()!]!;
      for (const [entry, index] of below) {
        if (this.#moved.has(entry)) continue;
        order.push(index);
        stack.push(index);
      }
    }
    if (order.length < this.#open.length - this.#hidden)
      throw damaged('directory-twice', 'A directory is inside itself.');
    const made: Node[] = [];
    for (const index of order.reverse()) {
      const { attributes, entries, below } = this.#open[index]!;
      const nodes = entries
        .filter((entry) => !this.#moved.has(entry))
        .map((entry): readonly [ByteString, Node] => {
          const place = below.get(entry);
          return [entry.name, place === undefined ? this.#leaf(entry) : made[place]!];
        });
      made[index] = directory<ExactContent>(attributes, nodes);
    }
    return new FileTree(made[0] as ReturnType<typeof directory<ExactContent>>);
  }

  async #rootAttributes(root: DirectoryRecord): Promise<Partial<Attributes>> {
    if (this.#hierarchy !== 'rock-ridge') return this.#attributes({ xattrs: [] }, root, PLAIN_MODE.directory);
    const self = await ownRecord(this.#volume, root.extent);
    // Its fields begin at the first byte, because they state the number of skipped bytes.
    return this.#attributes(await factsOf(this.#volume, self, 0), self, PLAIN_MODE.directory);
  }

  /** The index of a directory, which is read if it was not met before; undefined if its place is elsewhere. */
  async #enter(
    record: DirectoryRecord,
    attributes: Partial<Attributes>,
    entry: FoundEntry | undefined,
  ): Promise<number | undefined> {
    const known = this.#entered.get(record.extent);
    if (known !== undefined) {
      return entry ? this.#orFault(entry, async () => this.#relocate(known, entry)) : undefined;
    }
    this.#directoriesLeft -= record.size;
    if (this.#directoriesLeft < 0) {
      throw new ExhaustedError('iso9660.directory', 'Directories are larger than the image.');
    }
    const read = () => entriesOf(this.#volume, record, this.#hierarchy);
    const entries = await (entry ? this.#orFault(entry, read) : read());
    if (!entries) return undefined;
    const index = this.#open.length;
    this.#entered.set(record.extent, index);
    this.#open.push({ attributes, entries, below: new Map(), entry });
    return index;
  }

  /** A second way to a directory: its place is where a CL field leads to it, not where writers keep relocated directories. */
  #relocate(known: number, entry: FoundEntry): number | undefined {
    const open = this.#open[known]!;
    const isMove = entry.facts.movedTo !== undefined;
    if (!open.entry || isMove === (open.entry.facts.movedTo !== undefined)) {
      throw damaged('directory-twice', 'A directory has two parents.');
    }
    this.#moved.add(isMove ? open.entry : entry);
    if (!isMove) return undefined;
    open.entry = entry;
    return known;
  }

  /** Hides the directory of relocated ones if nothing else is in it. */
  #hideRelocations(): void {
    for (const [entry, index] of this.#open[0]!.below) {
      const { entries } = this.#open[index]!;
      const isEmptied = entries.length > 0 && entries.every((each) => this.#moved.has(each));
      if (!isEmptied || !RELOCATION_NAMES.includes(entry.name)) continue;
      this.#moved.add(entry);
      this.#hidden++;
    }
  }

  /** The record of a directory, if the entry is one or the placeholder of a moved one. */
  async #directoryOf(entry: FoundEntry): Promise<DirectoryRecord | undefined> {
    const { movedTo } = entry.facts;
    if (movedTo !== undefined) return this.#orFault(entry, () => ownRecord(this.#volume, movedTo));
    return entry.isDirectory ? entry.record : undefined;
  }

  /** The records of a directory; undefined, and remembered, if they are outside the image. */
  async #orFault<T>(entry: FoundEntry, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!isEntryFault(error)) throw error;
      this.#volume.work.spend(FAULT_UNITS);
      this.#faults.set(entry, error.message);
      return undefined;
    }
  }

  #attributes(facts: RockRidgeFacts, { time }: DirectoryRecord, plainMode: number): Partial<Attributes> {
    const { mode = plainMode, uid = 0, gid = 0, mtime = time, xattrs } = facts;
    return { mode: mode & 0o7777, uid, gid, mtime, xattrs };
  }

  #leaf(entry: FoundEntry): Node {
    const { facts } = entry;
    const isShared = (facts.links ?? 1) > 1 && (facts.serial ?? 0) > 0;
    const known = isShared ? this.#shared.get(facts.serial!) : undefined;
    if (known) return known;
    const node = this.#newLeaf(entry);
    if (isShared) this.#shared.set(facts.serial!, node);
    return node;
  }

  #newLeaf(entry: FoundEntry): Node {
    const { name, facts, record, ranges, fault, isDirectory } = entry;
    const attributes = this.#attributes(facts, record, PLAIN_MODE.file);
    const kind = isDirectory ? 'directory' : (kindOfMode(facts.mode ?? 0) ?? 'file');
    if (kind === 'symlink') return symlink(facts.target ?? ('' as ByteString), attributes);
    if (kind !== 'file' && kind !== 'directory') return special(kind, attributes, ...(facts.device ?? []));
    const odd = kind === 'directory' ? `directory: ${this.#faults.get(entry) ?? 'it has no valid place.'}` : fault;
    return file(this.#content(name, ranges, facts.zisofs, odd), attributes);
  }

  /** The bytes of a file; content that throws when it is read if they are not there, or stored in a form that is not read. */
  #content(
    name: ByteString,
    ranges: readonly Range[],
    zisofs: ZisofsFacts | undefined,
    fault: string | undefined,
  ): ExactContent {
    const size = ranges.reduce((sum, { length }) => sum + length, 0);
    const isCut = ranges.some(({ at, length }) => at + length > this.#volume.size);
    const reason = fault ?? (isCut && size > 0 ? 'the image ends before' : undefined);
    if (reason)
      return new UnreadableContent(size, () =>
        damaged('file', `${displayText(name)} cannot be read: ${reason.replace(/\.$/, '')}.`),
      );
    // Of a file of 4 GiB that was cut to 32 bits, only the place is left.
    if (size === 0 && !ranges.some(({ at }) => at > 0)) return EMPTY;
    const stored = new PartsContent(this.#volume, ranges, size);
    if (!zisofs || size === 0) return stored;
    if (isReadable(zisofs)) return new ZisofsContent(stored, zisofs);
    const message = `${displayText(name)} is stored in a compressed form that is not read (${displayText(zisofs.algorithm as ByteString)}).`;
    return new UnreadableContent(zisofs.size, () => new UnsupportedError('iso9660.zisofs', message));
  }
}
