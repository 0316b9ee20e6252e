// The files of an opened volume as a tree. Directories are read breadth first and built from the last to the first, so
// nesting does not use the stack; a cluster belongs to one chain at most, so no loop is followed.

import { type ByteString, concatBytes, fromText, timestampOfDos } from '../../bytes/index.js';
import { EMPTY, type ExactContent, FAULT_UNITS, NAME_UNITS, PartsContent, type Range } from '../../io/index.js';
import {
  type Attributes,
  contentOrFault,
  directory,
  FileTree,
  file,
  isEntryFault,
  joinPath,
  type Node,
  unreadableEntry,
} from '../../tree/index.js';
import {
  ATTRIBUTE,
  DELETED,
  type DirectoryEntry,
  directoryEntry,
  END_OF_DIRECTORY,
  ENTRY_SIZE,
} from './directory-entry.js';
import { LongNameReader } from './read-names.js';
import { damaged, type Volume } from './read-volume.js';

const READ_ONLY = 0x01;
/** Entries of a directory: the specification's limit. */
const MOST_ENTRIES = 65_536;

interface Entry {
  readonly name: ByteString;
  readonly record: DirectoryEntry;
}

interface OpenDirectory {
  readonly path: ByteString;
  readonly attributes: Partial<Attributes>;
  readonly entries: readonly Entry[];
  /** Of every entry that is a directory, its index among the open ones. */
  readonly below: Map<ByteString, number>;
  /** Nodes for entries that cannot be read. */
  readonly faults: Map<ByteString, Node>;
}

/** Reads the tree of an opened volume. FAT has no owners: everything belongs to root and is readable for all. */
export async function readTree(volume: Volume): Promise<FileTree> {
  volume.recount();
  return new TreeReader(volume).read();
}

class TreeReader {
  readonly #volume: Volume;
  readonly #open: OpenDirectory[] = [];

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  async read(): Promise<FileTree> {
    const { root } = this.#volume;
    await this.#enter('' as ByteString, {}, typeof root === 'number' ? await this.#volume.chain(root) : [root]);
    for (let index = 0; index < this.#open.length; index++) await this.#enterAll(this.#open[index]!);
    const made: Node[] = [];
    for (let index = this.#open.length - 1; index >= 0; index--) {
      const { path, attributes, entries, below, faults } = this.#open[index]!;
      const nodes: (readonly [ByteString, Node])[] = [];
      for (const { name, record } of entries) {
        const place = below.get(name);
        const directoryNode = place === undefined ? faults.get(name) : made[place]!;
        nodes.push([name, directoryNode ?? (await this.#file(joinPath(path, name), record))]);
      }
      made[index] = directory<ExactContent>(attributes, nodes);
    }
    // The root directory has no entry, and so no time.
    return new FileTree({ ...(made[0] as ReturnType<typeof directory<ExactContent>>), implied: true });
  }

  async #enterAll({ path, entries, below, faults }: OpenDirectory): Promise<void> {
    for (const { name, record } of entries) {
      if (!isDirectory(record)) continue;
      const place = joinPath(path, name);
      try {
        const ranges = await this.#volume.chain(firstCluster(this.#volume, record));
        below.set(name, await this.#enter(place, attributesOf(record), ranges));
      } catch (error) {
        if (!isEntryFault(error)) throw error;
        this.#volume.work.spend(FAULT_UNITS);
        faults.set(name, unreadableEntry(place, error));
      }
    }
  }

  /** Reads a directory; its index among the open ones. */
  async #enter(path: ByteString, attributes: Partial<Attributes>, ranges: readonly Range[]): Promise<number> {
    const entries = await listing(this.#volume, ranges);
    return this.#open.push({ path, attributes, entries, below: new Map(), faults: new Map() }) - 1;
  }

  async #file(path: ByteString, record: DirectoryEntry): Promise<Node> {
    const claimed = { path, size: record.size, work: this.#volume.work };
    return file(await contentOrFault(claimed, () => contentOf(this.#volume, record)), attributesOf(record));
  }
}

async function listing(volume: Volume, ranges: readonly Range[]): Promise<Entry[]> {
  const length = ranges.reduce((sum, range) => sum + range.length, 0);
  if (length > MOST_ENTRIES * ENTRY_SIZE) throw damaged('directory', 'A directory has more than 65536 entries.');
  const parts: Uint8Array[] = [];
  for (const range of ranges) {
    const part = new Uint8Array(range.length);
    await volume.data(range).read(0, part);
    parts.push(part);
  }
  const bytes = concatBytes(parts);
  const entries = new Map<ByteString, Entry>();
  const names = new LongNameReader();
  for (let at = 0; at + ENTRY_SIZE <= bytes.length && bytes[at] !== END_OF_DIRECTORY; at += ENTRY_SIZE) {
    const raw = bytes.subarray(at, at + ENTRY_SIZE);
    const record = directoryEntry.decode(raw);
    if (raw[0] === DELETED) names.forget();
    else if ((record.attributes & 0x3f) === ATTRIBUTE.longName) names.part(raw);
    else {
      const stored = fromText(names.of(record));
      if ((record.attributes & ATTRIBUTE.volumeLabel) !== 0 || stored === '.' || stored === '..') continue;
      volume.work.spend(NAME_UNITS);
      const name = volume.remarks.possibleName(stored);
      if (name === undefined) continue;
      if (entries.has(name)) volume.remarks.addTwice(name);
      else entries.set(name, { name, record });
    }
  }
  return [...entries.values()];
}

function isDirectory(record: DirectoryEntry): boolean {
  return (record.attributes & ATTRIBUTE.directory) !== 0;
}

function attributesOf(record: DirectoryEntry): Partial<Attributes> {
  const writable = (record.attributes & READ_ONLY) === 0 || isDirectory(record) ? 0o200 : 0;
  const mode = (isDirectory(record) ? 0o555 : 0o444) | writable;
  return { mode, mtime: timestampOfDos(record.modifiedDate, record.modifiedTime) };
}

function firstCluster(volume: Volume, record: DirectoryEntry): number {
  return record.clusterLow + (volume.facts.type === 32 ? record.clusterHigh * 0x10000 : 0);
}

async function contentOf(volume: Volume, record: DirectoryEntry): Promise<ExactContent> {
  if (record.size === 0) return EMPTY;
  const ranges = await volume.chain(firstCluster(volume, record));
  const room = ranges.reduce((sum, range) => sum + range.length, 0);
  if (record.size > room) throw damaged('chain', 'It is longer than its chain of clusters.');
  return new PartsContent(volume, ranges, record.size);
}
