// The files of an opened volume as a tree. Directories are read breadth first and built from the last to the first, so
// nesting does not use the stack; no directory is read twice, so no loop is followed.

import { alignUp, type ByteString, fromText } from '../../bytes/index.js';
import {
  bytesSource,
  collect,
  EMPTY,
  type ExactContent,
  ExhaustedError,
  FAULT_UNITS,
  NAME_UNITS,
  PartsContent,
  quietRun,
  type Range,
} from '../../io/index.js';
import {
  directory,
  type EntryFault,
  FileTree,
  file,
  isEntryFault,
  joinPath,
  type Node,
  type SpecialKind,
  special,
  symlink,
  unreadableContent,
  unreadableEntry,
} from '../../tree/index.js';
import { decodeCs0 } from './cs0.js';
import { damaged } from './damaged.js';
import type { LongAddress } from './fields.js';
import { FILE_TYPE } from './file-entry.js';
import { CHARACTERISTIC, fileIdentifierHead } from './file-identifier.js';
import { fileSetDescriptor } from './file-set.js';
import { decodeTarget } from './link-target.js';
import { readAllocationTable } from './read-allocation-table.js';
import { EntryReader, type FoundEntry } from './read-entry.js';
import { partitionOfRuns } from './read-partitions.js';
import type { Volume } from './read-volume.js';
import { descriptorTag, soundTag, TAG_ID } from './tag.js';

const DELETED = 0x04;
/** Longest data of a symbolic link. */
const LONGEST_TARGET = 65_536;
const SPECIALS: ReadonlyMap<number, SpecialKind> = new Map(
  (['block-device', 'character-device', 'fifo', 'socket'] as const).map((kind) => [FILE_TYPE[kind], kind]),
);

interface Name {
  readonly name: ByteString;
  readonly address: LongAddress;
}

interface OpenDirectory {
  readonly key: string;
  readonly path: ByteString;
  readonly entry: FoundEntry;
  readonly names: readonly Name[];
  /** Nodes for names of entries that cannot be read. */
  readonly faults: Map<ByteString, Node>;
}

/** Reads the tree of an opened volume. */
export async function readTree(volume: Volume): Promise<FileTree> {
  volume.work.restart();
  for (const [index, partition] of volume.partitions.entries()) {
    if (partition.kind === 'virtual') await readAllocationTable(volume, index, partition.within);
  }
  const entries = new EntryReader(volume);
  for (const [index, partition] of volume.partitions.entries()) {
    if (partition.kind !== 'metadata') continue;
    const { parts } = await metadataFile(entries, partition);
    const ranges = parts.filter((part): part is Range => !('hole' in part));
    const runs = ranges.map(({ at, length }) => ({ at, blocks: Math.ceil(length / volume.blockSize) }));
    volume.setPartition(index, partitionOfRuns(runs));
  }
  return new TreeReader(volume, entries).read();
}

/** The file that holds the metadata, else its mirror. */
async function metadataFile(
  entries: EntryReader,
  { file: block, mirror, within }: { readonly file: number; readonly mirror: number; readonly within: number },
): Promise<FoundEntry> {
  const at = (place: number) => ({ partition: within, block: place, length: 0, uniqueId: 0 });
  try {
    const found = await entries.read(at(block));
    if (!found.fault) return found;
  } catch (error) {
    if (!isEntryFault(error)) throw error;
  }
  const found = await entries.read(at(mirror));
  if (found.fault) throw found.fault;
  return found;
}

class TreeReader {
  readonly #volume: Volume;
  readonly #entries: EntryReader;
  /** Nodes by the place of their entry: several names of one entry are one node. */
  readonly #nodes = new Map<string, Node>();
  readonly #open: OpenDirectory[] = [];
  readonly #opened = new Set<string>();
  /** Why entries cannot be read, by their places. */
  readonly #faults = new Map<string, EntryFault>();
  /** Bytes that directories can still have. */
  #bytesLeft: number;

  constructor(volume: Volume, entries: EntryReader) {
    this.#volume = volume;
    this.#entries = entries;
    this.#bytesLeft = volume.size;
  }

  async read(): Promise<FileTree> {
    const { bytes } = await this.#volume.descriptor(this.#volume.fileSet, TAG_ID.fileSet);
    const { root } = fileSetDescriptor.decode(bytes);
    await this.#meet(root, '' as ByteString);
    if (this.#open.length === 0) throw damaged('root', 'The root of the volume is not a directory.');
    for (let index = 0; index < this.#open.length; index++) await this.#meetAll(this.#open[index]!);
    for (const { key, entry, names, faults } of [...this.#open].reverse()) {
      const nodes = names.map(({ name, address }) => {
        return [name, faults.get(name) ?? this.#nodes.get(keyOf(address))!] as const;
      });
      this.#nodes.set(key, directory<ExactContent>(entry, nodes));
    }
    return new FileTree(this.#nodes.get(keyOf(root)) as ReturnType<typeof directory<ExactContent>>);
  }

  async #meetAll({ path, names, faults }: OpenDirectory): Promise<void> {
    for (const { name, address } of names) {
      if (faults.has(name)) continue;
      const place = joinPath(path, name);
      try {
        await this.#meet(address, place);
      } catch (error) {
        faults.set(name, this.#unreadable(place, error));
        this.#faults.set(keyOf(address), error as EntryFault);
      }
    }
  }

  /** The node for an entry that threw this. */
  #unreadable(path: ByteString, error: unknown): Node {
    if (!isEntryFault(error)) throw error;
    this.#volume.work.spend(FAULT_UNITS);
    return unreadableEntry(path, error);
  }

  /** Reads what is at an address. `path` is the name by which it is met first. */
  async #meet(address: LongAddress, path: ByteString): Promise<void> {
    const key = keyOf(address);
    if (this.#nodes.has(key)) return;
    const fault = this.#faults.get(key);
    if (fault) throw fault;
    if (this.#opened.has(key)) throw damaged('directory-twice', 'A directory has two parents.');
    const entry = await this.#entries.read(address);
    if (entry.fileType !== FILE_TYPE.directory) {
      this.#nodes.set(key, await this.#leaf(entry, path));
      return;
    }
    const faults = new Map<ByteString, Node>();
    const names = await this.#names(entry, path, faults);
    this.#opened.add(key);
    this.#open.push({ key, path, entry, names, faults });
  }

  async #names(entry: FoundEntry, path: ByteString, faults: Map<ByteString, Node>): Promise<Name[]> {
    if (entry.size > this.#bytesLeft) {
      throw new ExhaustedError('udf.directory', 'Directories are larger than the image.');
    }
    const bytes = await this.#data(entry);
    this.#bytesLeft -= bytes.length;
    const names = new Map<ByteString, Name>();
    for (let at = 0; at < bytes.length; ) {
      const { head, stored, isSound, end } = identifierAt(bytes, at);
      at = alignUp(end, 4);
      if ((head.characteristics & (DELETED | CHARACTERISTIC.parent)) !== 0) continue;
      this.#volume.work.spend(NAME_UNITS);
      const name = this.#volume.remarks.possibleName(stored);
      if (name === undefined) continue;
      if (names.has(name)) this.#volume.remarks.addTwice(name);
      else names.set(name, { name, address: head.entry });
      if (!isSound) {
        faults.set(name, this.#unreadable(joinPath(path, name), damaged('bad-crc', 'Its identifier is damaged.')));
      }
    }
    return [...names.values()];
  }

  async #leaf(entry: FoundEntry, path: ByteString): Promise<Node> {
    if (entry.fileType === FILE_TYPE.symlink) return symlink(await this.#target(entry), entry);
    const kind = SPECIALS.get(entry.fileType);
    if (kind) return special(kind, entry, ...(kind.endsWith('device') ? (entry.device ?? []) : []));
    if (entry.fault) return file(unreadableContent(path, entry.fault, entry.size), entry);
    if (entry.size === 0) return file(EMPTY, entry);
    const { embedded, parts, size } = entry;
    return file(embedded ? bytesSource(embedded) : new PartsContent(this.#volume, parts, size), entry);
  }

  async #target(entry: FoundEntry): Promise<ByteString> {
    if (entry.size > LONGEST_TARGET) throw damaged('symlink', `A symbolic link claims ${entry.size} bytes.`);
    const target = decodeTarget(await this.#data(entry));
    if (!target) throw damaged('symlink', 'The target of a symbolic link is damaged.');
    return target;
  }

  async #data({ size, embedded, parts, fault }: FoundEntry): Promise<Uint8Array> {
    if (fault) throw fault;
    return embedded ?? collect(new PartsContent(this.#volume, parts, size), quietRun());
  }
}

/** The file identifier at byte `at` of a directory. One whose checksum is wrong is not sound; its name may be right. */
function identifierAt(bytes: Uint8Array, at: number) {
  const head = fileIdentifierHead.decode(bytes, at);
  const nameAt = at + fileIdentifierHead.size + head.useLength;
  const end = nameAt + head.nameLength;
  if (end > bytes.length || descriptorTag.decode(bytes, at).id !== TAG_ID.fileIdentifier) {
    throw damaged('directory', 'A directory ends with something else than identifiers.');
  }
  const stored = fromText(decodeCs0(bytes.subarray(nameAt, end)) ?? '');
  return { head, stored, isSound: soundTag(bytes, at)?.id === TAG_ID.fileIdentifier, end };
}

function keyOf({ partition, block }: LongAddress): string {
  return `${partition} ${block}`;
}
