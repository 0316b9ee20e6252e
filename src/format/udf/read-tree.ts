// The files of an opened volume as a tree: file entries become nodes, identifiers lead to them.

import { alignUp, type ByteString, fromText } from '../../bytes/index.js';
import {
  bytesSource,
  collect,
  EMPTY,
  ExhaustedError,
  NAME_UNITS,
  PartsContent,
  quietRun,
  type Range,
} from '../../io/index.js';
import {
  type FileTree,
  file,
  type InodeName,
  isEntryFault,
  type Node,
  type ReadDirectory,
  type SpecialKind,
  special,
  symlink,
  treeOfInodes,
  unreadableContent,
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

/** Longest data of a symbolic link. */
const LONGEST_TARGET = 65_536;
const SPECIALS: ReadonlyMap<number, SpecialKind> = new Map(
  (['block-device', 'character-device', 'fifo', 'socket'] as const).map((kind) => [FILE_TYPE[kind], kind]),
);

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
  const { bytes } = await volume.descriptor(volume.fileSet, TAG_ID.fileSet);
  const files = new Files(volume, entries);
  return treeOfInodes({
    root: fileSetDescriptor.decode(bytes).root,
    work: volume.work,
    key: keyOf,
    read: (address, path) => files.read(address, path),
    damaged,
  });
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

class Files {
  readonly #volume: Volume;
  readonly #entries: EntryReader;
  /** Bytes that directories can still have. */
  #bytesLeft: number;

  constructor(volume: Volume, entries: EntryReader) {
    this.#volume = volume;
    this.#entries = entries;
    this.#bytesLeft = volume.size;
  }

  /** Reads the entry at an address. `path` is its first name. */
  async read(address: LongAddress, path: ByteString): Promise<ReadDirectory<LongAddress> | Node> {
    const entry = await this.#entries.read(address);
    if (entry.fileType !== FILE_TYPE.directory) return this.#leaf(entry, path);
    return { attributes: entry, names: await this.#names(entry) };
  }

  async #names(entry: FoundEntry): Promise<InodeName<LongAddress>[]> {
    if (entry.size > this.#bytesLeft) {
      throw new ExhaustedError('udf.directory', 'Directories are larger than the image.');
    }
    const bytes = await this.#data(entry);
    this.#bytesLeft -= bytes.length;
    const names = new Map<ByteString, InodeName<LongAddress>>();
    for (let at = 0; at < bytes.length; ) {
      const { head, stored, isSound, end } = identifierAt(bytes, at);
      at = alignUp(end, 4);
      if ((head.characteristics & (CHARACTERISTIC.deleted | CHARACTERISTIC.parent)) !== 0) continue;
      this.#volume.work.spend(NAME_UNITS);
      const name = this.#volume.remarks.possibleName(stored);
      if (name === undefined) continue;
      const fault = isSound ? {} : { fault: damaged('bad-crc', 'Its identifier is damaged.') };
      const first = names.get(name);
      if (first) this.#volume.remarks.addTwice(name);
      names.set(name, { ref: head.entry, ...first, name, ...fault });
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
