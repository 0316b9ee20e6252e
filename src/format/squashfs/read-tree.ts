// The files of an opened image as a tree: inodes become nodes, names lead to them.

import { type ByteString, byteStringOf, timestamp } from '../../bytes/index.js';
import { EMPTY, ExhaustedError, NAME_UNITS } from '../../io/index.js';
import {
  type Attributes,
  type FileTree,
  file,
  type Node,
  type ReadInode,
  special,
  symlink,
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

/** Reads the tree of an opened image. */
export async function readTree(volume: Volume): Promise<FileTree> {
  const inodes = new Inodes(volume, await volume.ids());
  volume.work.restart();
  return treeOfInodes({
    root: volume.superblock.rootInode,
    work: volume.work,
    key: (ref) => ref,
    read: (ref, _path, met) => inodes.read(ref, met),
    damaged,
  });
}

class Inodes {
  readonly #volume: Volume;
  readonly #ids: Uint32Array;
  readonly #xattrs: XattrSets;
  readonly #fragments: FragmentBlocks;
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
    const counting = body.kind === 'file' ? this.#countList(body.place.words.byteLength) : undefined;
    return counting ? counting.then(() => this.#leaf(body, attributes)) : this.#leaf(body, attributes);
  }

  /** The export table maps inode numbers to inodes, for NFS. If there is one, it must be right. */
  #checkExport({ number }: FoundInode, ref: number): Promise<void> | undefined {
    const { exportTableAt, inodeCount } = this.#volume.superblock;
    if (number < 1 || number > inodeCount) throw damaged('inode-number', `Inode number ${number} is out of range.`);
    if (exportTableAt === undefined) return undefined;
    const check = (content: Uint8Array, at: number) => {
      if (exportEntry.decode(content, at).ref === ref) return;
      throw damaged('export', `The export table has another place for inode ${number}.`);
    };
    const kept = this.#volume.keptEntry(exportTableAt, number - 1, exportEntry.size);
    if (!kept) return this.#volume.lookup(exportTableAt, number - 1, exportEntry.size).then((entry) => check(entry, 0));
    check(kept.content, kept.at);
    return undefined;
  }

  #attributes({ mode, uid, gid, mtime }: FoundInode, xattrs: Attributes['xattrs']): Attributes {
    const id = (index: number): number => {
      if (index >= this.#ids.length) throw damaged('id', `There is no owner ${index}.`);
      return this.#ids[index]!;
    };
    return { mode: mode & 0o7777, uid: id(uid), gid: id(gid), mtime: timestamp(mtime), xattrs };
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
    const view = new DataView(bytes.buffer, bytes.byteOffset, length);
    for (let at = 0; at < length; ) {
      const { lastEntry, inodeBlock } = directoryHeader.decodeThrough(view, at);
      at += directoryHeader.size;
      if (lastEntry >= HEADER_ENTRIES) throw damaged('directory', `${lastEntry + 1} entries after one header.`);
      for (let i = 0; i <= lastEntry; i++) {
        const entry = directoryEntry.decodeThrough(view, at);
        const nameAt = at + directoryEntry.size;
        at = nameAt + entry.nameLength + 1;
        if (at > length) throw damaged('directory', 'A directory ends inside a name.');
        this.#volume.work.spend(NAME_UNITS);
        const name = byteStringOf(bytes.subarray(nameAt, at));
        if (names.has(name) || name === '.' || name === '..' || name.includes('/') || name.includes('\0')) {
          throw damaged('directory', 'A directory has a duplicate or an invalid name.');
        }
        names.set(name, { name, ref: metadataRef({ block: inodeBlock, offset: entry.offset }) });
      }
    }
    return [...names.values()];
  }
}
