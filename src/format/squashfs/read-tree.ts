// The files of an opened image as a tree: inodes become nodes, names lead to them.

import { type ByteString, byteStringOf, timestamp } from '../../bytes/index.js';
import { EMPTY, ExhaustedError, NAME_UNITS } from '../../io/index.js';
import {
  type Attributes,
  type FileTree,
  file,
  type Node,
  type ReadDirectory,
  special,
  symlink,
  treeOfInodes,
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
  async read(ref: number, met: number): Promise<ReadDirectory<number> | Node> {
    if (met >= this.#volume.superblock.inodeCount) {
      throw new ExhaustedError('squashfs.counts', 'There are more inodes than the superblock says.');
    }
    const found = await readInode(this.#volume, ref);
    await this.#checkExport(found, ref);
    const attributes = await this.#attributes(found);
    const { body } = found;
    if (body.kind !== 'directory') {
      if (body.kind === 'file') await this.#countList(body.place.words.byteLength);
      return this.#leaf(body, attributes);
    }
    return { attributes, names: await this.#listing(body) };
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
