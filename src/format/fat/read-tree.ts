// The files of an opened volume as a tree. Directories are met breadth first and built from the last to the first, so no
// nesting does not use the stack; a cluster belongs to one chain at most, so no loop is followed.

import { type ByteString, concatBytes, fromText } from '../../bytes/index.js';
import { EMPTY, type ExactContent, NAME_UNITS, PartsContent, type Range } from '../../io/index.js';
import { type Attributes, directory, FileTree, file, type Node } from '../../tree/index.js';
import { ATTRIBUTE, type DirectoryEntry, directoryEntry, ENTRY_SIZE } from './directory-entry.js';
import { timestampOf } from './dos-time.js';
import { LongNameReader } from './read-names.js';
import { damaged, type Volume } from './read-volume.js';

const END = 0x00;
const DELETED = 0xe5;
const READ_ONLY = 0x01;
/** Entries of a directory: the specification's limit. */
const MOST_ENTRIES = 65_536;

interface Entry {
  readonly name: ByteString;
  readonly record: DirectoryEntry;
  /** Index of a directory among those to be read. */
  readonly below?: number;
}

interface OpenDirectory {
  readonly attributes: Partial<Attributes>;
  readonly ranges: readonly Range[];
  entries: readonly Entry[];
}

/** Reads the tree of an opened volume. FAT knows no owners: everything is root's, and everybody may read it. */
export async function readTree(volume: Volume): Promise<FileTree> {
  volume.recount();
  const { root } = volume;
  const ranges = typeof root === 'number' ? await volume.chain(root) : [root];
  const open: OpenDirectory[] = [{ attributes: {}, ranges, entries: [] }];
  for (let index = 0; index < open.length; index++) {
    const entries: Entry[] = [];
    for (const { name, record } of await listing(volume, open[index]!.ranges)) {
      const isDirectory = (record.attributes & ATTRIBUTE.directory) !== 0;
      if (isDirectory)
        open.push({ attributes: attributesOf(record), ranges: await placeOf(volume, record), entries: [] });
      entries.push({ name, record, ...(isDirectory ? { below: open.length - 1 } : {}) });
    }
    open[index]!.entries = entries;
  }
  const made: Node[] = [];
  for (let index = open.length - 1; index >= 0; index--) {
    const nodes: (readonly [ByteString, Node])[] = [];
    for (const { name, record, below } of open[index]!.entries) {
      nodes.push([name, below === undefined ? await fileOf(volume, record) : made[below]!]);
    }
    made[index] = directory<ExactContent>(open[index]!.attributes, nodes);
  }
  return new FileTree(made[0] as ReturnType<typeof directory<ExactContent>>);
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
  for (let at = 0; at + ENTRY_SIZE <= bytes.length && bytes[at] !== END; at += ENTRY_SIZE) {
    const raw = bytes.subarray(at, at + ENTRY_SIZE);
    const record = directoryEntry.decode(raw);
    if (raw[0] === DELETED) names.forget();
    else if ((record.attributes & 0x3f) === ATTRIBUTE.longName) names.part(raw);
    else {
      const name = fromText(names.of(record));
      if ((record.attributes & ATTRIBUTE.volumeLabel) !== 0 || name === '.' || name === '..') continue;
      if (name === '' || /[/\0]/.test(name) || entries.has(name)) {
        throw damaged('directory', 'A directory has a name twice, or one that cannot be.');
      }
      volume.work.spend(NAME_UNITS);
      entries.set(name, { name, record });
    }
  }
  return [...entries.values()];
}

function attributesOf(record: DirectoryEntry): Partial<Attributes> {
  const isDirectory = (record.attributes & ATTRIBUTE.directory) !== 0;
  const writable = (record.attributes & READ_ONLY) === 0 || isDirectory ? 0o200 : 0;
  const mode = (isDirectory ? 0o555 : 0o444) | writable;
  return { mode, mtime: timestampOf(record.modifiedDate, record.modifiedTime) };
}

function firstCluster(volume: Volume, record: DirectoryEntry): number {
  return record.clusterLow + (volume.facts.type === 32 ? record.clusterHigh * 0x10000 : 0);
}

async function placeOf(volume: Volume, record: DirectoryEntry): Promise<Range[]> {
  return volume.chain(firstCluster(volume, record));
}

async function fileOf(volume: Volume, record: DirectoryEntry): Promise<Node> {
  const attributes = attributesOf(record);
  const first = firstCluster(volume, record);
  if (record.size === 0 && first === 0) return file(EMPTY, attributes);
  const ranges = await volume.chain(first);
  const room = ranges.reduce((sum, range) => sum + range.length, 0);
  if (record.size > room) throw damaged('chain', 'A file is longer than its chain of clusters.');
  return file(record.size === 0 ? EMPTY : new PartsContent(volume, ranges, record.size), attributes);
}
