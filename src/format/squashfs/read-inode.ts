// Reads one inode of any form, for the tree.

import { type ByteString, byteStringOf, deviceNumbers, type Struct } from '../../bytes/index.js';
import { KEPT_BYTE_UNITS } from '../../io/index.js';
import type { Node, SpecialKind } from '../../tree/index.js';
import { NO_FRAGMENT } from './data-block.js';
import { LISTING_SIZE_BIAS } from './directory.js';
import {
  basicDevice,
  basicDirectory,
  basicFile,
  basicPipe,
  EXTENDED,
  extendedDevice,
  extendedDirectory,
  extendedFile,
  extendedPipe,
  InodeType,
  NO_XATTR,
  symlinkInode,
} from './inode.js';
import type { StoredPlace } from './read-content.js';
import { Cursor, damaged, type Volume } from './read-volume.js';

/** Common to all inodes. */
export interface InodeHead {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly number: number;
  readonly xattr: number;
}

/** The values of one kind of inode. */
export type InodeBody =
  | { readonly kind: 'directory'; readonly block: number; readonly offset: number; readonly length: number }
  | { readonly kind: 'file'; readonly place: StoredPlace }
  | { readonly kind: 'symlink'; readonly target: ByteString }
  | { readonly kind: SpecialKind; readonly major: number; readonly minor: number };

export type FoundInode = InodeHead & { readonly body: InodeBody };

/** Kernels refuse a target of a page or more. */
const MAX_TARGET = 65_535;
const COMMON = basicPipe.size - 4;
const KINDS = new Map<number, Node['kind']>(
  Object.entries(InodeType).map(([kind, type]) => [type, kind as Node['kind']]),
);

/** The inode at a reference. */
export async function readInode(volume: Volume, ref: number): Promise<FoundInode> {
  const { inodeTableAt, directoryTableAt } = volume.superblock;
  const at = inodeTableAt + Math.floor(ref / 0x1_0000);
  if (at >= directoryTableAt) throw damaged('inode', 'A reference to an inode is outside its table.', at);
  const reader = new InodeReader(volume, at, ref % 0x1_0000);
  return reader.read();
}

class InodeReader {
  readonly #volume: Volume;
  readonly #at: number;
  readonly #cursor: Cursor;
  #head = new Uint8Array(COMMON);

  constructor(volume: Volume, at: number, offset: number) {
    this.#volume = volume;
    this.#at = at;
    this.#cursor = new Cursor(volume, at, offset);
  }

  async read(): Promise<FoundInode> {
    this.#head = new Uint8Array(await this.#cursor.take(COMMON));
    const type = this.#head[0]! | (this.#head[1]! << 8);
    const isExtended = type > EXTENDED;
    const kind = KINDS.get(isExtended ? type - EXTENDED : type);
    if (!kind) throw damaged('inode', `${type} is not the type of an inode.`, this.#at);
    if (kind === 'directory') return isExtended ? this.#extendedDirectory() : this.#basicDirectory();
    if (kind === 'file') return this.#file(isExtended);
    if (kind === 'symlink') return this.#symlink(isExtended);
    return this.#special(kind, isExtended);
  }

  /** The structure that begins with the head read before. */
  async #rest<T>(structure: Struct<T>): Promise<T> {
    const bytes = new Uint8Array(structure.size);
    bytes.set(this.#head);
    bytes.set(await this.#cursor.take(structure.size - COMMON), COMMON);
    return structure.decode(bytes);
  }

  async #basicDirectory(): Promise<FoundInode> {
    const found = await this.#rest(basicDirectory);
    return inode(found, listing(found.directoryBlock, found.offset, found.size));
  }

  async #extendedDirectory(): Promise<FoundInode> {
    const found = await this.#rest(extendedDirectory);
    return inode(found, listing(found.directoryBlock, found.offset, found.size));
  }

  async #file(isExtended: boolean): Promise<FoundInode> {
    const found = isExtended ? await this.#rest(extendedFile) : await this.#rest(basicFile);
    const { at, size, fragment, fragmentOffset } = found;
    const { blockSize, inodeTableAt, directoryTableAt } = this.#volume.superblock;
    if (!Number.isSafeInteger(size)) throw damaged('inode', `A file claims ${size} bytes.`, this.#at);
    const blocks = fragment === NO_FRAGMENT ? Math.ceil(size / blockSize) : Math.floor(size / blockSize);
    if (blocks * 4 > this.#volume.mostContent(inodeTableAt, directoryTableAt)) {
      throw damaged('inode', `A file claims ${size} bytes, more than the inode table could list.`, this.#at);
    }
    this.#volume.work.spend(blocks * 4 * KEPT_BYTE_UNITS);
    const words = littleEndianWords(await this.#cursor.take(blocks * 4));
    return inode(found, { kind: 'file', place: { at, size, fragment, fragmentOffset, words } });
  }

  async #symlink(isExtended: boolean): Promise<FoundInode> {
    const found = await this.#rest(symlinkInode);
    if (found.targetLength === 0 || found.targetLength > MAX_TARGET) {
      throw damaged('inode', `A symbolic link claims ${found.targetLength} bytes.`, this.#at);
    }
    this.#volume.work.spend(found.targetLength * KEPT_BYTE_UNITS);
    const target = byteStringOf(await this.#cursor.take(found.targetLength));
    const tail = isExtended ? await this.#cursor.take(4) : undefined;
    const xattr = tail ? new DataView(tail.buffer).getUint32(0, true) : NO_XATTR;
    return inode({ ...found, xattr }, { kind: 'symlink', target });
  }

  async #special(kind: SpecialKind, isExtended: boolean): Promise<FoundInode> {
    if (kind === 'fifo' || kind === 'socket') {
      const found = isExtended ? await this.#rest(extendedPipe) : await this.#rest(basicPipe);
      return inode(found, { kind, major: 0, minor: 0 });
    }
    const found = isExtended ? await this.#rest(extendedDevice) : await this.#rest(basicDevice);
    return inode(found, { kind, ...deviceNumbers(found.device) });
  }
}

/** The fields of every structure; extended ones also have attributes. */
type InodeFields = Omit<InodeHead, 'xattr'> & Partial<Pick<InodeHead, 'xattr'>>;

/** Without the fields that only one kind of structure has: there is one of these for each entry. */
function inode({ mode, uid, gid, mtime, number, xattr = NO_XATTR }: InodeFields, body: InodeBody): FoundInode {
  return { mode, uid, gid, mtime, number, xattr, body };
}

/** The numbers of a list, copied. */
function littleEndianWords(list: Uint8Array): Uint32Array {
  if (IS_LITTLE_ENDIAN) return new Uint32Array(list.buffer, list.byteOffset, list.length / 4);
  const view = new DataView(list.buffer, list.byteOffset);
  return Uint32Array.from({ length: list.length / 4 }, (_, index) => view.getUint32(index * 4, true));
}

const IS_LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

function listing(block: number, offset: number, size: number): InodeBody {
  return { kind: 'directory', block, offset, length: Math.max(0, size - LISTING_SIZE_BIAS) };
}
