// A hierarchy while it is edited: directories with kept entries, which are records of the old disc, and new entries.

import type { ByteString } from '../../bytes/index.js';
import type { RockRidgeFacts } from '../../format/iso9660/index.js';
import type { ExactContent } from '../../io/index.js';
import type { Attributes, Directory, Node } from '../../tree/index.js';
import type { AttributeChange } from '../changes.js';

/** The bytes of a file, shared by all entries that show it. */
export interface Data {
  readonly size: number;
  /** First block on the old disc, counted from its start; undefined for new bytes. */
  readonly old: number | undefined;
  /** New bytes. */
  readonly content: ExactContent | undefined;
  /** The old data that this data replaces; it takes the same blocks if it fits there. */
  readonly replaces: Data | undefined;
}

/** Another mode or owner; what is absent stays. */
export interface AttributeValues extends Omit<AttributeChange, 'path'> {
  /** How many names the file has, after one of them was given another file. */
  readonly links?: number;
  /** Of the new file of such a name. */
  readonly serial?: number;
}

interface Named {
  /** The name that the hierarchy shows. */
  readonly name: ByteString;
  /** As stored. */
  readonly identifier: ByteString;
  /** Of a directory. */
  readonly folder: Folder | undefined;
  /** Another mode or owner that the edit gives it. */
  readonly changed?: AttributeValues;
}

/** An entry of the old disc. */
export interface KeptEntry extends Named {
  /** Its records, one for each extent. */
  readonly records: readonly Uint8Array[];
  readonly facts: RockRidgeFacts;
  /** All its system use fields, if some continue elsewhere or have addresses of directories. */
  readonly fields: readonly Uint8Array[] | undefined;
  /** Undefined for directories and empty files. */
  readonly data: Data | undefined;
  /** Attributes of the file that replaced it; only its time is used. */
  readonly attributes: Attributes | undefined;
}

/** An entry that the edit adds. */
export interface NewEntry extends Named {
  readonly records: undefined;
  readonly node: Node;
  readonly data: Data | undefined;
  readonly links: number;
  readonly serial: number;
}

export type Entry = KeptEntry | NewEntry;

/** The records "." and ".." of a directory of the old disc, and its place there. */
export interface FolderRecords {
  readonly block: number;
  /** Bytes. */
  readonly size: number;
  readonly self: Uint8Array;
  readonly parent: Uint8Array;
  /** As {@link KeptEntry.fields}, of the two records. */
  readonly selfFields: readonly Uint8Array[] | undefined;
  readonly parentFields: readonly Uint8Array[] | undefined;
}

/** A directory of a hierarchy. */
export class Folder {
  /** In the order of their records. */
  entries: Entry[] = [];
  /** Of a directory of the old disc. */
  readonly records: FolderRecords | undefined;
  /** Of a new one. */
  readonly node: Directory | undefined;
  /** Undefined for the root. */
  readonly parent: Folder | undefined;
  readonly path: ByteString;
  /** Whether entries were added, replaced or removed, so that its records must be written again. */
  isChanged: boolean;
  /** Another mode or owner of the directory itself. */
  changed: AttributeValues | undefined;
  /** Subdirectories added minus subdirectories removed. */
  linkChange = 0;
  #byName: Map<ByteString, Entry> | undefined;
  #added: Entry[] = [];
  #taken: Set<string> | undefined;
  #keyOf: (name: ByteString) => ByteString;

  constructor(path: ByteString, parent: Folder | undefined, from: FolderRecords | Directory) {
    this.path = path;
    this.parent = parent;
    this.records = 'kind' in from ? undefined : from;
    this.node = 'kind' in from ? from : undefined;
    this.isChanged = this.node !== undefined;
    this.#keyOf = parent ? parent.#keyOf : (name) => name;
  }

  /** Finds entries by another form of their names from now on; directories that are added in this one do so too. */
  compareNamesBy(keyOf: (name: ByteString) => ByteString): void {
    this.#keyOf = keyOf;
    this.#byName = undefined;
  }

  get(name: ByteString): Entry | undefined {
    this.#byName ??= new Map(Array.from(this.all(), (entry) => [this.#keyOf(entry.name), entry]));
    return this.#byName.get(this.#keyOf(name));
  }

  /**
   * The keys of the identifiers of all entries, by a function that is always the same in a directory. The set is made once: the key of
   * an entry to be added has to be put into it.
   */
  taken(keyOf: (identifier: ByteString) => string): Set<string> {
    this.#taken ??= new Set(Array.from(this.all(), ({ identifier }) => keyOf(identifier)));
    return this.#taken;
  }

  /** Adds an entry; {@link settle} finds its place among the others. */
  add(entry: Entry): void {
    this.get(entry.name);
    this.#byName!.set(this.#keyOf(entry.name), entry);
    this.#added.push(entry);
    this.isChanged = true;
    if (entry.folder) this.linkChange++;
  }

  /** Puts an entry in the place of another. */
  replace(old: Entry, entry: Entry): void {
    const list = this.entries.includes(old) ? this.entries : this.#added;
    list[list.indexOf(old)] = entry;
    this.#byName = undefined;
    this.isChanged = true;
  }

  /** Puts other entries in the place of some. */
  update(made: (entry: Entry) => Entry): void {
    let isSame = true;
    const updated = (entry: Entry) => {
      const now = made(entry);
      isSame &&= now === entry;
      return now;
    };
    this.entries = this.entries.map(updated);
    this.#added = this.#added.map(updated);
    if (isSame) return;
    this.#byName = undefined;
    this.isChanged = true;
  }

  remove(entry: Entry): void {
    this.entries = this.entries.filter((one) => one !== entry);
    this.#added = this.#added.filter((one) => one !== entry);
    this.#byName = undefined;
    this.#taken = undefined;
    this.isChanged = true;
    if (entry.folder) this.linkChange--;
  }

  /** All entries, including added ones that {@link settle} has not sorted in yet. */
  *all(): Generator<Entry> {
    yield* this.entries;
    yield* this.#added;
  }

  /** Sorts added entries in among the others, which keep their order. */
  settle(compare: (a: ByteString, b: ByteString) => number): void {
    const added = this.#added.sort((a, b) => compare(a.identifier, b.identifier));
    if (added.length === 0) return;
    const merged: Entry[] = [];
    let next = 0;
    for (const entry of this.entries) {
      while (next < added.length && compare(added[next]!.identifier, entry.identifier) < 0) merged.push(added[next++]!);
      merged.push(entry);
    }
    this.entries = [...merged, ...added.slice(next)];
    this.#added = [];
  }
}

/** All directories of a hierarchy, level by level, in the order of path tables. */
export function foldersOf(root: Folder): Folder[] {
  const folders = [root];
  for (const folder of folders) for (const { folder: child } of folder.all()) if (child) folders.push(child);
  return folders;
}
