// The files of an opened image as a tree: inodes become nodes, names lead to them.

import { type ByteString, byteStringOf, EPOCH_ZERO, type Timestamp, timestamp } from '../../bytes/index.js';
import { EMPTY, ExhaustedError, NAME_UNITS, type Work } from '../../io/index.js';
import {
  type Attributes,
  type FileTree,
  file,
  type Node,
  type ReadInode,
  special,
  symlink,
  type TreeWatcher,
  treeOfInodes,
} from '../../tree/index.js';
import { directoryEntry, directoryHeader, HEADER_ENTRIES } from './directory.js';
import { exportEntry } from './inode.js';
import { METADATA_SIZE, metadataRef } from './metadata-block.js';
import { FragmentBlocks, StoredFile } from './read-content.js';
import { type FoundInode, type InodeBody, keptInode, readInode } from './read-inode.js';
import { Cursor, damaged, type Volume } from './read-volume.js';
import { XattrSets } from './read-xattrs.js';

/** Bytes of lists of blocks below which nobody counts what the inode table can hold. */
const SHORT_LISTS = 256 * 1024;

interface Name {
  readonly name: ByteString;
  /** Reference to its inode. */
  readonly ref: number;
}

/** Reads the tree of an opened image. `watch` is called with each directory that has been read. */
export async function readTree(volume: Volume, watch?: TreeWatcher): Promise<FileTree> {
  const inodes = new Inodes(volume, await volume.ids());
  volume.work.restart();
  return treeOfInodes({
    root: volume.superblock.rootInode,
    work: volume.work,
    key: (ref) => ref,
    read: (ref, _path, met) => inodes.read(ref, met),
    watch,
    damaged,
  });
}

class Inodes {
  readonly #volume: Volume;
  readonly #ids: Uint32Array;
  readonly #xattrs: XattrSets;
  readonly #fragments: FragmentBlocks;
  #lastTime: Timestamp = EPOCH_ZERO;
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

  /** The inode of a reference; `met` others have been read before. */
  read(ref: number, met: number): ReadInode<number> | Promise<ReadInode<number>> {
    if (met >= this.#volume.superblock.inodeCount) {
      throw new ExhaustedError('squashfs.counts', 'There are more inodes than the superblock says.');
    }
    const found = keptInode(this.#volume, ref);
    if (!found) return readInode(this.#volume, ref).then((read) => this.#checked(read, ref));
    return this.#checked(found, ref);
  }

  /** Everything that is kept is used at once: there are many inodes. */
  #checked(found: FoundInode, ref: number): ReadInode<number> | Promise<ReadInode<number>> {
    const checking = this.#checkExport(found, ref);
    const xattrs = this.#xattrs.known(found.xattr);
    if (checking || !xattrs) return this.#checkedLater(found, checking);
    return this.#inode(found, xattrs);
  }

  async #checkedLater(found: FoundInode, checking: Promise<void> | undefined): Promise<ReadInode<number>> {
    await checking;
    return this.#inode(found, await this.#xattrs.of(found.xattr));
  }

  #inode(found: FoundInode, xattrs: Attributes['xattrs']): ReadInode<number> | Promise<ReadInode<number>> {
    const attributes = this.#attributes(found, xattrs);
    const { body } = found;
    if (body.kind === 'directory') return this.#listing(body).then((names) => ({ attributes, names }));
    const counting = body.kind === 'file' ? this.#countList(body.words.byteLength) : undefined;
    return counting ? counting.then(() => this.#leaf(body, attributes)) : this.#leaf(body, attributes);
  }

  /** The export table maps inode numbers to inodes, for NFS. If there is one, it must be right. */
  #checkExport({ number }: FoundInode, ref: number): Promise<void> | undefined {
    const { exportTableAt, inodeCount } = this.#volume.superblock;
    if (number < 1 || number > inodeCount) throw damaged('inode-number', `Inode number ${number} is out of range.`);
    if (exportTableAt === undefined) return undefined;
    const { size, fields } = exportEntry;
    const kept = this.#volume.keptTable(exportTableAt, number - 1, size);
    if (!kept) return this.#lookUpExport(exportTableAt, number, ref);
    if (fields.ref.read(kept, ((number - 1) * size) % METADATA_SIZE) !== ref) throw wrongExport(number);
    return undefined;
  }

  async #lookUpExport(tableAt: number, number: number, ref: number): Promise<void> {
    const entry = await this.#volume.lookup(tableAt, number - 1, exportEntry.size);
    if (exportEntry.decode(entry).ref !== ref) throw wrongExport(number);
  }

  #attributes({ mode, uid, gid, mtime }: FoundInode, xattrs: Attributes['xattrs']): Attributes {
    return { mode: mode & 0o7777, uid: this.#id(uid), gid: this.#id(gid), mtime: this.#time(mtime), xattrs };
  }

  #id(index: number): number {
    if (index >= this.#ids.length) throw damaged('id', `There is no owner ${index}.`);
    return this.#ids[index]!;
  }

  /** Files that came together often have the same time. */
  #time(seconds: number): Timestamp {
    if (this.#lastTime.seconds !== seconds) this.#lastTime = timestamp(seconds);
    return this.#lastTime;
  }

  /** Lists of blocks are in the inode table and do not overlap. Its blocks are counted only for lists of some length. */
  #countList(bytes: number): Promise<void> | undefined {
    this.#listed += bytes;
    return this.#listed < SHORT_LISTS ? undefined : this.#checkLists();
  }

  async #checkLists(): Promise<void> {
    const { inodeTableAt, directoryTableAt } = this.#volume.superblock;
    this.#tableBytes ??= (await this.#volume.countBlocks(inodeTableAt, directoryTableAt)) * METADATA_SIZE;
    if (this.#listed > this.#tableBytes) {
      throw new ExhaustedError('squashfs.inode', 'Files list more blocks than the inode table has.');
    }
  }

  #leaf(body: Exclude<InodeBody, { kind: 'directory' }>, attributes: Attributes): Node {
    switch (body.kind) {
      case 'file':
        return file(body.size === 0 ? EMPTY : new StoredFile(this.#volume, this.#fragments, body), attributes);
      case 'symlink':
        return symlink(body.target, attributes);
      default:
        return special(body.kind, attributes, body.major, body.minor);
    }
  }

  async #listing({ block, offset, length }: Extract<InodeBody, { kind: 'directory' }>): Promise<Name[]> {
    if (length === 0) return [];
    this.#volume.work.spend(length);
    const bytes = await new Cursor(this.#volume, this.#volume.superblock.directoryTableAt + block, offset).take(length);
    return namesOf(bytes, this.#volume.work);
  }
}

function wrongExport(number: number): Error {
  return damaged('export', `The export table has another place for inode ${number}.`);
}

/** The names of a listing, in its order. */
function namesOf(bytes: Uint8Array, work: Work): Name[] {
  const names: Name[] = [];
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  // Names are parts of one text: this costs less than to make each of them out of bytes.
  const text = byteStringOf(bytes);
  const { offset, nameLength } = directoryEntry.fields;
  for (let at = 0; at < length; ) {
    const { lastEntry, inodeBlock } = directoryHeader.decodeThrough(view, at);
    at += directoryHeader.size;
    if (lastEntry >= HEADER_ENTRIES) throw damaged('directory', `${lastEntry + 1} entries after one header.`);
    for (let i = 0; i <= lastEntry; i++) {
      directoryEntry.checkThrough(view, at);
      const entryAt = at;
      const nameAt = at + directoryEntry.size;
      at = nameAt + nameLength.read(view, entryAt) + 1;
      if (at > length) throw damaged('directory', 'A directory ends inside a name.');
      work.spend(NAME_UNITS);
      const name = text.slice(nameAt, at) as ByteString;
      names.push({ name, ref: metadataRef({ block: inodeBlock, offset: offset.read(view, entryAt) }) });
    }
  }
  if (!areNames(names)) throw damaged('directory', 'A directory has a duplicate or an invalid name.');
  return names;
}

/** Whether entries can have these names, and each only once. Writers sort them, so that few are looked for. */
function areNames(names: readonly Name[]): boolean {
  let isSorted = true;
  for (let i = 0; i < names.length; i++) {
    const { name } = names[i]!;
    if (name === '.' || name === '..' || name.includes('/') || name.includes('\0')) return false;
    if (i > 0 && !(names[i - 1]!.name < name)) isSorted = false;
  }
  return isSorted || new Set(names.map(({ name }) => name)).size === names.length;
}
