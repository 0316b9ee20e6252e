// Reads the UDF view of the old disc: the hierarchy of its names, and the entries that they lead to.

import { alignUp, type ByteString, byteStringOf, divCeil, fromText } from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { BLOCK } from '../../format/iso9660/index.js';
import {
  CHARACTERISTIC,
  DATA_FORM,
  decodeCs0,
  fileIdentifierHead,
  fileSetDescriptor,
  readTag,
  soundTag,
  TAG_ID,
  udfDamage,
} from '../../format/udf/index.js';
import { NAME_UNITS, type Source } from '../../io/index.js';
import { joinPath } from '../../tree/index.js';
import { type Data, Folder, type KeptEntry } from '../kept/entries.js';
import type { MetadataReader } from '../kept/metadata-reader.js';
import type { KeptTree } from '../kept/read-hierarchy.js';
import type { Blocks, KeptInode, KeptUdf, KeptUdfDescriptor } from './kept-udf.js';
import { type FoundInode, InodeReader } from './read-inode.js';
import { readVolume } from './read-volume.js';

const ROOT = '' as ByteString;
/** Descriptors of a file set sequence: the one that counts, and its end. */
const MOST_SET_DESCRIPTORS = 16;

type DataAt = (block: number, size: number) => Data;

/** The UDF view; undefined if the disc has none. Throws {@link UnsupportedError} for one that an edit cannot keep. */
export async function readUdf(image: Source, reader: MetadataReader, dataAt: DataAt): Promise<KeptUdf | undefined> {
  const found = await readVolume(image);
  if (!found) return undefined;
  const { volume, partition, fixed, nextUniqueId } = found;
  const inodes = new InodeReader(reader, partition);
  const fileSet = await readFileSet(inodes, found.fileSet);
  const { root, next, systemStreams } = fileSetDescriptor.decode(fileSet[0]!.bytes);
  if (next.length > 0 || systemStreams.length > 0 || root.partition !== 0) {
    throw new UnsupportedError('edit.udf-shape', 'The UDF view of the disc has several file sets, or streams.');
  }
  const walker = new Walker(reader, inodes, partition, dataAt);
  const top = await walker.readAll(root.block);
  const tree: KeptTree = {
    kind: 'udf',
    origin: 0,
    root: top,
    skip: 0,
    version: '1.12',
    lastSerial: walker.lastUniqueId,
    folders: walker.folders,
  };
  return {
    tree,
    inodes: walker.inodes,
    partition,
    tagVersion: readTag(fileSet[0]!.bytes)!.version,
    volume,
    fileSet,
    fixed,
    nextUniqueId: Math.max(nextUniqueId, walker.lastUniqueId + 1),
  };
}

async function readFileSet(inodes: InodeReader, { block, length }: { block: number; length: number }) {
  const all: KeptUdfDescriptor[] = [await inodes.descriptor(block, TAG_ID.fileSet)];
  const count = Math.min(length / BLOCK, MOST_SET_DESCRIPTORS);
  for (let i = 1; i < count && all.at(-1)!.id !== TAG_ID.terminator; i++) {
    all.push(await inodes.descriptor(block + i, TAG_ID.fileSet, TAG_ID.terminator));
  }
  return all;
}

/** Reads directories from the root on. */
class Walker {
  readonly #reader: MetadataReader;
  readonly #entries: InodeReader;
  readonly #partition: Blocks;
  readonly #dataAt: DataAt;
  readonly folders = new Map<number, Folder>();
  readonly inodes = new Map<number, KeptInode>();
  readonly #modes = new Map<KeptInode, number>();
  lastUniqueId = 0;

  constructor(reader: MetadataReader, entries: InodeReader, partition: Blocks, dataAt: DataAt) {
    this.#reader = reader;
    this.#entries = entries;
    this.#partition = partition;
    this.#dataAt = dataAt;
  }

  async readAll(root: number): Promise<Folder> {
    const found = await this.#entries.read(root);
    if (!found.isDirectory) throw udfDamage('directory', 'The root of the volume is not a directory.');
    const queue = [await this.#open(root, found, ROOT, undefined)];
    for (const { folder, names } of queue) {
      for (const name of names) folder.entries.push(await this.#entry(folder, name, queue));
    }
    return queue[0]!.folder;
  }

  async #open(block: number, found: FoundInode, path: ByteString, parent: Folder | undefined): Promise<Open> {
    const place = this.#partition.block + block;
    if (this.folders.has(place)) throw udfDamage('directory', 'A directory is in two places.');
    const runs = found.extents.map((extent): Blocks => {
      if (!extent.isRecorded) throw udfDamage('directory', 'A directory has parts without data.');
      return { block: extent.block, blocks: divCeil(extent.length, BLOCK) };
    });
    const bytes = await this.#folderBytes(found, path);
    const identifiers = [...identifiersIn(bytes, path)];
    const up = identifiers.find(({ characteristics }) => (characteristics & CHARACTERISTIC.parent) !== 0);
    if (!up) throw udfDamage('directory', 'A directory does not name its parent.');
    const { entry: self, continuations } = found;
    const records = { block: place, size: found.size, self, parent: up.bytes, selfFields: undefined };
    const folder = new Folder(path, parent, { ...records, parentFields: undefined });
    this.folders.set(place, folder);
    this.inodes.set(place, { block: place, entry: self, continuations, folder: runs, data: undefined, names: 1 });
    this.lastUniqueId = Math.max(this.lastUniqueId, found.uniqueId);
    const hidden = CHARACTERISTIC.parent | CHARACTERISTIC.deleted;
    return { folder, names: identifiers.filter(({ characteristics }) => (characteristics & hidden) === 0) };
  }

  async #folderBytes({ entry, shape, size, extents }: FoundInode, path: ByteString): Promise<Uint8Array> {
    if (shape.form === DATA_FORM.embedded) return entry.subarray(shape.allocation, shape.allocation + size);
    const total = extents.reduce((sum, { length }) => sum + length, 0);
    if (total < size) throw damagedFolder(path);
    const bytes = new Uint8Array(total);
    let done = 0;
    for (const { block, length } of extents) {
      bytes.set(await this.#reader.bytes({ at: block * BLOCK, length }), done);
      done += length;
    }
    return bytes.subarray(0, size);
  }

  async #entry(parent: Folder, { name, identifier, block, bytes }: Identifier, queue: Open[]): Promise<KeptEntry> {
    this.#reader.work.spend(NAME_UNITS);
    const path = joinPath(parent.path, name);
    const known = this.inodes.get(this.#partition.block + block);
    const mode = known && this.#modes.get(known);
    if (known && mode !== undefined) {
      known.names++;
      return keptEntry({ name, identifier, bytes }, known.data, mode, undefined);
    }
    const found = await this.#entries.read(block);
    const folder = found.isDirectory ? await this.#open(block, found, path, parent) : undefined;
    if (folder) queue.push(folder);
    const data = folder ? undefined : this.#dataOf(found, path);
    if (!folder) this.#remember(block, found, data);
    return keptEntry({ name, identifier, bytes }, data, found.mode, folder?.folder);
  }

  #remember(block: number, { entry, continuations, mode, uniqueId }: FoundInode, data: Data | undefined): void {
    const place = this.#partition.block + block;
    const inode: KeptInode = { block: place, entry, continuations, folder: [], data, names: 1 };
    this.inodes.set(place, inode);
    this.#modes.set(inode, mode);
    this.lastUniqueId = Math.max(this.lastUniqueId, uniqueId);
  }

  /** The data of a file outside its entry, which have to be in one piece. */
  #dataOf({ size, extents, shape }: FoundInode, path: ByteString): Data | undefined {
    if (size === 0 || shape.form === DATA_FORM.embedded) return undefined;
    let [end, total] = [extents[0]?.block ?? 0, 0];
    for (const { block, length, isRecorded } of extents) {
      if (total >= size) break;
      const isNext = block === end && total % BLOCK === 0 && isRecorded;
      if (!isNext) throw new UnsupportedError('edit.parts', 'The parts of a file are apart from each other.', { path });
      total += length;
      end = block + length / BLOCK;
    }
    if (total < size) throw udfDamage('entry', 'A file is longer than its extents.');
    return this.#dataAt(extents[0]!.block, size);
  }
}

interface Open {
  readonly folder: Folder;
  readonly names: readonly Identifier[];
}

interface Identifier {
  readonly name: ByteString;
  /** As stored, with the byte that gives the width of its characters. */
  readonly identifier: ByteString;
  readonly characteristics: number;
  /** Of the entry, in the partition. */
  readonly block: number;
  /** The whole descriptor. */
  readonly bytes: Uint8Array;
}

function keptEntry(
  { name, identifier, bytes }: Pick<Identifier, 'name' | 'identifier' | 'bytes'>,
  data: Data | undefined,
  mode: number,
  folder: Folder | undefined,
): KeptEntry {
  const facts = { mode, xattrs: [] };
  return { name, identifier, folder, records: [bytes], facts, fields: undefined, data, attributes: undefined };
}

function* identifiersIn(bytes: Uint8Array, path: ByteString): Generator<Identifier> {
  for (let at = 0; at + fileIdentifierHead.size <= bytes.length; ) {
    const { characteristics, nameLength, useLength, entry } = fileIdentifierHead.decode(bytes, at);
    const nameAt = at + fileIdentifierHead.size + useLength;
    const end = alignUp(nameAt + nameLength - at, 4) + at;
    if (soundTag(bytes, at)?.id !== TAG_ID.fileIdentifier || end > bytes.length) throw damagedFolder(path);
    const stored = bytes.subarray(nameAt, nameAt + nameLength);
    const identifier = byteStringOf(stored);
    const text = decodeCs0(stored);
    // A name in no known form gets a slash, so that no path matches it.
    const name = text === undefined ? (`/${identifier}` as ByteString) : fromText(text);
    yield { name, identifier, characteristics, block: entry.block, bytes: bytes.slice(at, end) };
    at = end;
  }
}

function damagedFolder(path: ByteString): InvalidImageError {
  return new InvalidImageError('edit.directory', 'A directory of the UDF view is damaged.', { path });
}
