// The files of an opened image as a tree: inodes become nodes, names lead to them.

import { alignUp, type ByteString, byteStringOf } from '../../bytes/index.js';
import { bytesSource, collect, EMPTY, type ExactContent, PartsContent, quietRun } from '../../io/index.js';
import {
  type Attributes,
  contentOrFault,
  type FileTree,
  file,
  kindOfMode,
  type Node,
  type ReadDirectory,
  special,
  symlink,
  treeOfInodes,
} from '../../tree/index.js';
import { EXTENT_MAGIC } from './extent.js';
import {
  BLOCK_FIELD_SIZE,
  devicesInField,
  ENCRYPTED_FLAG,
  EXTENTS_FLAG,
  INLINE_FLAG,
  ROOT_INODE,
  timeOf,
} from './inode.js';
import { extentsIn } from './read-blocks.js';
import { storedFile } from './read-content.js';
import { inlineNames, type Name, namesIn } from './read-directory.js';
import { damaged, unsupported } from './read-superblock.js';
import { type FoundInode, sizeOf, type Volume } from './read-volume.js';
import { XattrSource } from './read-xattrs.js';

/** Longest target of a symbolic link: a block of the largest size. */
const LONGEST_TARGET = 65_536;
/** Bytes of the fixed fields up to which a time has its extra part. */
const MTIME_EXTRA_END = 0x8c - 0x80;

/** Reads the tree of an opened image. */
export function readTree(volume: Volume): Promise<FileTree> {
  volume.recount();
  const inodes = new Inodes(volume);
  return treeOfInodes({
    root: ROOT_INODE,
    work: volume.work,
    key: (ino) => ino,
    read: (ino, path) => inodes.read(ino, path),
    damaged,
  });
}

class Inodes {
  readonly #volume: Volume;
  readonly #xattrs: XattrSource;

  constructor(volume: Volume) {
    this.#volume = volume;
    this.#xattrs = new XattrSource(volume);
  }

  /** `path` is the first name of the inode. */
  async read(ino: number, path: ByteString): Promise<ReadDirectory<number> | Node> {
    const found = await this.#volume.inode(ino);
    const { fields, extraSize } = found;
    const kind = kindOfMode(fields.mode);
    if (!kind || fields.links === 0) damaged('inode', `Inode ${ino} has a name, but its type is not one of a file.`);
    if ((fields.flags & ENCRYPTED_FLAG) !== 0) unsupported(`Inode ${ino} is encrypted.`);
    const { xattrs, inlineData: data } = await this.#xattrs.of(found);
    const inlineData = data ?? new Uint8Array(0);
    if ((fields.flags & INLINE_FLAG) !== 0) checkInline(found, data);
    const attributes = {
      mode: fields.mode & 0o7777,
      uid: fields.uidLow + fields.uidHigh * 0x10000,
      gid: fields.gidLow + fields.gidHigh * 0x10000,
      mtime: timeOf(fields.mtime, extraSize >= MTIME_EXTRA_END ? fields.mtimeExtra : undefined),
      xattrs,
    };
    if (kind === 'directory') return { attributes, names: await this.#names(found, inlineData) };
    if (kind === 'file') return file(await this.#content(found, path, inlineData), attributes);
    return this.#node(kind, found, attributes, inlineData);
  }

  async #names(found: FoundInode, inlineData: Uint8Array): Promise<Name[]> {
    const isInline = (found.fields.flags & INLINE_FLAG) !== 0;
    const names = isInline ? inlineNames(found, inlineData) : await namesIn(this.#volume, found, sizeOf(found));
    const first = new Map<ByteString, Name>();
    for (const entry of names) {
      if (first.has(entry.name)) this.#volume.remarks.addTwice(entry.name);
      else first.set(entry.name, entry);
    }
    return [...first.values()];
  }

  async #node(
    kind: Exclude<Node['kind'], 'directory' | 'file'>,
    found: FoundInode,
    attributes: Attributes,
    inlineData: Uint8Array,
  ): Promise<Node> {
    if (kind === 'symlink') return symlink(byteStringOf(await this.#target(found, inlineData)), attributes);
    const isDevice = kind === 'block-device' || kind === 'character-device';
    return special(kind, attributes, ...(isDevice ? devicesInField(found.fields.block) : []));
  }

  #content(found: FoundInode, path: ByteString, inlineData: Uint8Array): Promise<ExactContent> {
    const size = sizeOf(found);
    return contentOrFault({ path, size, work: this.#volume.work }, () => this.#stored(found, inlineData, size));
  }

  async #stored(found: FoundInode, inlineData: Uint8Array, size: number): Promise<ExactContent> {
    if ((found.fields.flags & INLINE_FLAG) !== 0) return inlineFile(found, inlineData, size);
    const extents = await extentsIn(this.#volume, found, size);
    return size === 0 ? EMPTY : storedFile(this.#volume, extents, size);
  }

  async #target(found: FoundInode, inlineData: Uint8Array): Promise<Uint8Array> {
    const { fields, ino } = found;
    const size = sizeOf(found);
    if (size === 0 || size > LONGEST_TARGET) damaged('symlink', `Symbolic link ${ino} claims ${size} bytes.`);
    if ((fields.flags & INLINE_FLAG) !== 0) {
      return wholeTarget(inlineContent(found, inlineData, BLOCK_FIELD_SIZE + inlineData.length), size, ino);
    }
    // Some writers set the flag on links that are in the inode; a tree of extents begins with its magic.
    const view = new DataView(fields.block.buffer, fields.block.byteOffset, BLOCK_FIELD_SIZE);
    const hasTree = (fields.flags & EXTENTS_FLAG) !== 0 && view.getUint16(0, true) === EXTENT_MAGIC;
    if (size < BLOCK_FIELD_SIZE && !hasTree) return wholeTarget(fields.block, size, ino);
    const stored = alignUp(size + 1, this.#volume.blockSize);
    const extents = await extentsIn(this.#volume, found, stored);
    return wholeTarget(await collect(storedFile(this.#volume, extents, stored), quietRun()), size, ino);
  }
}

/** The first `size` bytes, which zeros have to follow as far as there is room, and of which none may be zero. */
function wholeTarget(stored: Uint8Array, size: number, ino: number): Uint8Array {
  if (size > stored.length) damaged('inline', `Inode ${ino} holds fewer bytes than it claims.`);
  const end = stored.indexOf(0);
  if ((end < 0 ? stored.length : end) !== size) {
    damaged('symlink', `The target of symbolic link ${ino} does not have the ${size} bytes that it claims.`);
  }
  return stored.slice(0, size);
}

/** Data in an inode have an attribute for what follows them, even if nothing does, and no blocks. */
function checkInline({ fields, ino }: FoundInode, data: Uint8Array | undefined): void {
  if ((fields.flags & EXTENTS_FLAG) !== 0) damaged('inline', `Inode ${ino} claims to hold its data, and has extents.`);
  if (data === undefined) damaged('inline', `Inode ${ino} claims to hold its data, and has no attribute for them.`);
}

/** mke2fs keeps a file of zeros of any size in its inode; Linux reads the missing bytes as zeros. */
function inlineFile(found: FoundInode, rest: Uint8Array, size: number): ExactContent {
  const stored = Math.min(size, BLOCK_FIELD_SIZE + rest.length);
  const bytes = bytesSource(inlineContent(found, rest, stored));
  if (stored === size) return bytes;
  const parts = [{ at: 0, length: stored }, { hole: size - stored }];
  return new PartsContent({ data: (range) => bytes.slice(range) }, parts, size);
}

/** The bytes in the block field and, as an attribute, after the fixed fields. */
function inlineContent({ fields, ino }: FoundInode, rest: Uint8Array, size: number): Uint8Array {
  if (size > BLOCK_FIELD_SIZE + rest.length) damaged('inline', `Inode ${ino} holds fewer bytes than it claims.`);
  const bytes = new Uint8Array(BLOCK_FIELD_SIZE + rest.length);
  bytes.set(fields.block);
  bytes.set(rest, BLOCK_FIELD_SIZE);
  return bytes.subarray(0, size);
}
