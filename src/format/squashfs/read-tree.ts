// The files of an opened image as a tree. Directories are read breadth first and built from the last to the first, so
// nesting does not use the stack; none is read twice, so no loop is followed.

import { type ByteString, byteStringOf, timestamp } from '../../bytes/index.js';
import { EMPTY, type ExactContent, ExhaustedError, FAULT_UNITS, NAME_UNITS } from '../../io/index.js';
import {
  type Attributes,
  directory,
  type EntryFault,
  FileTree,
  file,
  isEntryFault,
  joinPath,
  type Node,
  special,
  symlink,
  unreadableEntry,
} from '../../tree/index.js';
import { directoryEntry, directoryHeader, HEADER_ENTRIES } from './directory.js';
import { METADATA_SIZE, metadataRef } from './metadata-block.js';
import { FragmentBlocks, StoredFile } from './read-content.js';
import { type FoundInode, type InodeBody, readInode } from './read-inode.js';
import { Cursor, damaged, type Volume } from './read-volume.js';
import { XattrSets } from './read-xattrs.js';

/** Bytes of lists of blocks below which nobody counts what the inode table can hold. */
const SHORT_LISTS = 256 * 1024;

interface Name {
  readonly name: ByteString;
  /** Reference to its inode. */
  readonly ref: number;
}

interface OpenDirectory {
  readonly ref: number;
  readonly path: ByteString;
  readonly attributes: Attributes;
  readonly names: readonly Name[];
  /** Nodes for names of entries that cannot be read. */
  readonly faults: Map<ByteString, Node>;
}

/** Reads the tree of an opened image. */
export async function readTree(volume: Volume): Promise<FileTree> {
  return new TreeReader(volume, await volume.ids()).read();
}

class TreeReader {
  readonly #volume: Volume;
  readonly #ids: Uint32Array;
  readonly #xattrs: XattrSets;
  readonly #fragments: FragmentBlocks;
  /** Nodes by reference: several names of one inode are one node. */
  readonly #nodes = new Map<number, Node>();
  readonly #directories: OpenDirectory[] = [];
  readonly #opened = new Set<number>();
  /** Why inodes cannot be read. */
  readonly #faults = new Map<number, EntryFault>();
  /** Bytes of files' lists of blocks. */
  #listed = 0;
  /** Bytes of the inode table, once they have been counted. */
  #tableBytes: number | undefined;

  constructor(volume: Volume, ids: Uint32Array) {
    this.#volume = volume;
    this.#ids = ids;
    this.#xattrs = new XattrSets(volume);
    this.#fragments = new FragmentBlocks(volume);
  }

  async read(): Promise<FileTree> {
    const { rootInode } = this.#volume.superblock;
    this.#volume.work.restart();
    await this.#meet(rootInode, '' as ByteString);
    if (this.#directories.length === 0) throw damaged('root', 'The root of the image is not a directory.');
    for (let index = 0; index < this.#directories.length; index++) await this.#meetAll(this.#directories[index]!);
    for (const { ref, attributes, names, faults } of [...this.#directories].reverse()) {
      const entries = names.map(({ name, ref: at }) => [name, faults.get(name) ?? this.#nodes.get(at)!] as const);
      this.#nodes.set(ref, directory<ExactContent>(attributes, entries));
    }
    return new FileTree(this.#nodes.get(rootInode) as ReturnType<typeof directory<ExactContent>>);
  }

  async #meetAll({ path, names, faults }: OpenDirectory): Promise<void> {
    for (const { name, ref } of names) {
      const place = joinPath(path, name);
      try {
        await this.#meet(ref, place);
      } catch (error) {
        if (!isEntryFault(error)) throw error;
        this.#volume.work.spend(FAULT_UNITS);
        this.#faults.set(ref, error);
        faults.set(name, unreadableEntry(place, error));
      }
    }
  }

  async #meet(ref: number, path: ByteString): Promise<void> {
    if (this.#nodes.has(ref)) return;
    const fault = this.#faults.get(ref);
    if (fault) throw fault;
    if (this.#opened.has(ref)) throw damaged('directory-twice', 'A directory has two parents.');
    if (this.#nodes.size + this.#opened.size >= this.#volume.superblock.inodeCount) {
      throw new ExhaustedError('squashfs.counts', 'There are more inodes than the superblock says.');
    }
    const found = await readInode(this.#volume, ref);
    await this.#checkExport(found, ref);
    const attributes = await this.#attributes(found);
    const { body } = found;
    if (body.kind !== 'directory') {
      if (body.kind === 'file') await this.#countList(body.place.words.byteLength);
      this.#nodes.set(ref, this.#leaf(body, attributes));
      return;
    }
    const names = await this.#listing(body);
    this.#opened.add(ref);
    this.#directories.push({ ref, path, attributes, names, faults: new Map() });
  }

  /** The export table maps inode numbers to inodes, for NFS. If there is one, it must be right. */
  async #checkExport({ number }: FoundInode, ref: number): Promise<void> {
    const { exportTableAt, inodeCount } = this.#volume.superblock;
    if (number < 1 || number > inodeCount) throw damaged('inode-number', `Inode number ${number} is out of range.`);
    if (exportTableAt === undefined) return;
    const entry = await this.#volume.lookup(exportTableAt, number - 1, 8);
    const view = new DataView(entry.buffer, entry.byteOffset);
    const exported = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
    if (exported !== ref) throw damaged('export', `The export table has another place for inode ${number}.`);
  }

  async #attributes({ mode, uid, gid, mtime, xattr }: FoundInode): Promise<Attributes> {
    const id = (index: number): number => {
      if (index >= this.#ids.length) throw damaged('id', `There is no owner ${index}.`);
      return this.#ids[index]!;
    };
    const xattrs = await this.#xattrs.of(xattr);
    return { mode: mode & 0o7777, uid: id(uid), gid: id(gid), mtime: timestamp(mtime), xattrs };
  }

  /** Lists of blocks are in the inode table and do not overlap. Its blocks are counted only for lists of some length. */
  async #countList(bytes: number): Promise<void> {
    this.#listed += bytes;
    if (this.#listed < SHORT_LISTS) return;
    const { inodeTableAt, directoryTableAt } = this.#volume.superblock;
    this.#tableBytes ??= (await this.#volume.countBlocks(inodeTableAt, directoryTableAt)) * METADATA_SIZE;
    if (this.#listed > this.#tableBytes) {
      throw new ExhaustedError('squashfs.inode', 'Files list more blocks than the inode table has.');
    }
  }

  #leaf(body: Exclude<InodeBody, { kind: 'directory' }>, attributes: Attributes): Node {
    switch (body.kind) {
      case 'file': {
        const { place } = body;
        return file(place.size === 0 ? EMPTY : new StoredFile(this.#volume, this.#fragments, place), attributes);
      }
      case 'symlink':
        return symlink(body.target, attributes);
      default:
        return special(body.kind, attributes, body.major, body.minor);
    }
  }

  async #listing({ block, offset, length }: Extract<InodeBody, { kind: 'directory' }>): Promise<Name[]> {
    const names = new Map<ByteString, Name>();
    if (length === 0) return [];
    this.#volume.work.spend(length);
    const bytes = await new Cursor(this.#volume, this.#volume.superblock.directoryTableAt + block, offset).take(length);
    for (let at = 0; at < length; ) {
      const { lastEntry, inodeBlock } = directoryHeader.decode(bytes, at);
      at += directoryHeader.size;
      if (lastEntry >= HEADER_ENTRIES) throw damaged('directory', `${lastEntry + 1} entries after one header.`);
      for (let i = 0; i <= lastEntry; i++) {
        const entry = directoryEntry.decode(bytes, at);
        const nameAt = at + directoryEntry.size;
        at = nameAt + entry.nameLength + 1;
        if (at > length) throw damaged('directory', 'A directory ends inside a name.');
        this.#volume.work.spend(NAME_UNITS);
        const name = byteStringOf(bytes.subarray(nameAt, at));
        if (names.has(name) || name === '.' || name === '..' || /[/\0]/.test(name)) {
          throw damaged('directory', 'A directory has a duplicate or an invalid name.');
        }
        names.set(name, { name, ref: metadataRef({ block: inodeBlock, offset: entry.offset }) });
      }
    }
    return [...names.values()];
  }
}
