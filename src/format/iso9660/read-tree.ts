// The files of an opened volume as a tree. Directories are met breadth first and built from the last to the first, so no
// depth of nesting costs a stack; no directory is entered twice, so no loop is followed.

import { type ByteString, toText } from '../../bytes/index.js';
import { EMPTY, type ExactContent, PartsContent } from '../../io/index.js';
import {
  type Attributes,
  directory,
  FileTree,
  file,
  kindOfMode,
  type Node,
  special,
  symlink,
} from '../../tree/index.js';
import type { DirectoryRecord } from './directory-record.js';
import { entriesOf, type FoundEntry, factsOf, ownRecord } from './read-directory.js';
import type { RockRidgeFacts } from './read-rock-ridge.js';
import { damaged, type HierarchyName, type Volume } from './read-volume.js';

/** Of files and directories without Rock Ridge: everybody may read, nobody write. */
const PLAIN_MODE = { file: 0o444, directory: 0o555 } as const;

interface OpenDirectory {
  readonly attributes: Partial<Attributes>;
  readonly entries: readonly FoundEntry[];
  /** Of every entry that is a directory, its place among the open ones. */
  readonly below: Map<FoundEntry, number>;
}

/** Reads the tree of one hierarchy. */
export function readTree(volume: Volume, hierarchy: HierarchyName): Promise<FileTree> {
  return new TreeReader(volume, hierarchy).read();
}

class TreeReader {
  readonly #volume: Volume;
  readonly #hierarchy: HierarchyName;
  readonly #entered = new Set<number>();
  /** Files of several names, by serial number. */
  readonly #shared = new Map<number, Node>();
  /** Bytes that directories can still have: they do not overlap. */
  #directoriesLeft: number;

  constructor(volume: Volume, hierarchy: HierarchyName) {
    this.#volume = volume;
    this.#hierarchy = hierarchy;
    this.#directoriesLeft = volume.size;
  }

  async read(): Promise<FileTree> {
    const root = this.#hierarchy === 'joliet' ? this.#volume.joliet! : this.#volume.primary;
    const open = [await this.#open(root, await this.#rootAttributes(root))];
    for (let turn = 0; turn < open.length; turn++) {
      for (const entry of open[turn]!.entries) {
        const record = await this.#directoryOf(entry);
        if (!record) continue;
        open[turn]!.below.set(entry, open.length);
        open.push(await this.#open(record, this.#attributes(entry.facts, record, PLAIN_MODE.directory)));
      }
    }
    const made: Node[] = [];
    for (let turn = open.length - 1; turn >= 0; turn--) {
      const { attributes, entries, below } = open[turn]!;
      const nodes = entries.map((entry): readonly [ByteString, Node] => {
        const place = below.get(entry);
        return [entry.name, place === undefined ? this.#leaf(entry) : made[place]!];
      });
      made[turn] = directory<ExactContent>(attributes, nodes);
    }
    return new FileTree(made[0] as ReturnType<typeof directory<ExactContent>>);
  }

  async #rootAttributes(root: DirectoryRecord): Promise<Partial<Attributes>> {
    if (this.#hierarchy !== 'rock-ridge') return this.#attributes({ xattrs: [] }, root, PLAIN_MODE.directory);
    const self = await ownRecord(this.#volume, root.extent);
    // Its fields begin at the first byte: they are where the number of skipped bytes is told.
    return this.#attributes(await factsOf(this.#volume, self, 0), self, PLAIN_MODE.directory);
  }

  async #open(record: DirectoryRecord, attributes: Partial<Attributes>): Promise<OpenDirectory> {
    if (this.#entered.has(record.extent)) throw damaged('directory-twice', 'A directory has two places.');
    this.#entered.add(record.extent);
    this.#directoriesLeft -= record.size;
    if (this.#directoriesLeft < 0) throw damaged('directory', 'Directories are larger than the image.');
    return { attributes, entries: await entriesOf(this.#volume, record, this.#hierarchy), below: new Map() };
  }

  /** The record of a directory, where the entry is one or stands for one that was moved. */
  async #directoryOf({ facts, isDirectory, record }: FoundEntry): Promise<DirectoryRecord | undefined> {
    if (facts.movedTo !== undefined) return ownRecord(this.#volume, facts.movedTo);
    return isDirectory ? record : undefined;
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

  #newLeaf({ name, facts, record, ranges }: FoundEntry): Node {
    const attributes = this.#attributes(facts, record, PLAIN_MODE.file);
    const kind = kindOfMode(facts.mode ?? 0) ?? 'file';
    if (kind === 'symlink') return symlink(facts.target ?? ('' as ByteString), attributes);
    if (kind === 'directory') throw damaged('directory', `"${toText(name) ?? name}" is no directory, and is one.`);
    if (kind !== 'file') return special(kind, attributes, ...(facts.device ?? []));
    const size = ranges.reduce((sum, { length }) => sum + length, 0);
    return file(size === 0 ? EMPTY : new PartsContent(this.#volume, ranges, size), attributes);
  }
}
