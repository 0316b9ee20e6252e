// The files of an opened image as a tree: inodes become nodes, names lead to them. Directories are read breadth first and
// built from the last to the first, so nesting does not use the stack.

import { alignUp, type ByteString, byteStringOf } from '../../bytes/index.js';
import { bytesSource, collect, EMPTY, type ExactContent, FAULT_UNITS, PartsContent, quietRun } from '../../io/index.js';
import {
  type Attributes,
  directory,
  type EntryFault,
  FileTree,
  file,
  isEntryFault,
  joinPath,
  kindOfMode,
  type Node,
  special,
  symlink,
  unreadableContent,
  unreadableEntry,
} from '../../tree/index.js';
import { EXTENT_MAGIC } from './extent.js';
import {
  BLOCK_FIELD_SIZE,
  deviceNumbers,
  ENCRYPTED_FLAG,
  EXTENTS_FLAG,
  INLINE_FLAG,
  ROOT_INODE,
  timeOf,
} from './inode.js';
import { extentsIn } from './read-blocks.js';
import { storedFile } from './read-content.js';
import { inlineNames, type Name, namesIn } from './read-directory.js';
import { damaged, type FoundInode, unsupported, type Volume } from './read-volume.js';
import { XattrSource } from './read-xattrs.js';

/** Longest target of a symbolic link: a block of the largest size. */
const LONGEST_TARGET = 65_536;
/** Bytes of the fixed fields up to which a time has its extra part. */
const MTIME_EXTRA_END = 0x8c - 0x80;

/** Reads the tree of an opened image. */
export function readTree(volume: Volume): Promise<FileTree> {
  volume.recount();
  return new TreeReader(volume).read();
}

interface OpenDirectory {
  readonly ino: number;
  readonly path: ByteString;
  readonly attributes: Attributes;
  readonly names: readonly Name[];
  /** Nodes for names of entries that cannot be read. */
  readonly faults: Map<ByteString, Node>;
}

class TreeReader {
  readonly #volume: Volume;
  readonly #xattrs: XattrSource;
  /** Nodes by inode number: several names of one inode are one node. */
  readonly #nodes = new Map<number, Node>();
  readonly #directories: OpenDirectory[] = [];
  readonly #opened = new Set<number>();
  /** Why inodes cannot be read. */
  readonly #faults = new Map<number, EntryFault>();

  constructor(volume: Volume) {
    this.#volume = volume;
    this.#xattrs = new XattrSource(volume);
  }

  async read(): Promise<FileTree> {
    await this.#meet(ROOT_INODE, '' as ByteString);
    if (this.#directories.length === 0) damaged('root', 'The root of the file system is not a directory.');
    for (let index = 0; index < this.#directories.length; index++) await this.#meetAll(this.#directories[index]!);
    for (const { ino, attributes, names, faults } of [...this.#directories].reverse()) {
      const entries = names.map(({ name, ino: at }) => [name, faults.get(name) ?? this.#nodes.get(at)!] as const);
      this.#nodes.set(ino, directory<ExactContent>(attributes, entries));
    }
    const root = this.#nodes.get(ROOT_INODE)!;
    return new FileTree(root as ReturnType<typeof directory<ExactContent>>);
  }

  async #meetAll({ path, names, faults }: OpenDirectory): Promise<void> {
    for (const { name, ino } of names) {
      const place = joinPath(path, name);
      try {
        await this.#meet(ino, place);
      } catch (error) {
        if (!isEntryFault(error)) throw error;
        this.#volume.work.spend(FAULT_UNITS);
        this.#faults.set(ino, error);
        faults.set(name, unreadableEntry(place, error));
      }
    }
  }

  /** `path` is the name by which it is met first. */
  async #meet(ino: number, path: ByteString): Promise<void> {
    if (this.#nodes.has(ino)) return;
    const fault = this.#faults.get(ino);
    if (fault) throw fault;
    if (this.#opened.has(ino)) damaged('directory-twice', `Directory ${ino} has two parents.`);
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
    if (kind === 'directory') await this.#open(found, path, attributes, inlineData);
    else if (kind === 'file') this.#nodes.set(ino, file(await this.#content(found, path, inlineData), attributes));
    else this.#nodes.set(ino, await this.#node(kind, found, attributes, inlineData));
  }

  async #open(found: FoundInode, path: ByteString, attributes: Attributes, inlineData: Uint8Array): Promise<void> {
    const isInline = (found.fields.flags & INLINE_FLAG) !== 0;
    const names = isInline ? inlineNames(found, inlineData) : await namesIn(this.#volume, found, sizeOf(found));
    const first = new Map<ByteString, Name>();
    for (const entry of names) {
      if (first.has(entry.name)) this.#volume.remarks.addTwice(entry.name);
      else first.set(entry.name, entry);
    }
    this.#opened.add(found.ino);
    this.#directories.push({ ino: found.ino, path, attributes, names: [...first.values()], faults: new Map() });
  }

  async #node(
    kind: Exclude<Node['kind'], 'directory' | 'file'>,
    found: FoundInode,
    attributes: Attributes,
    inlineData: Uint8Array,
  ): Promise<Node> {
    if (kind === 'symlink') return symlink(byteStringOf(await this.#target(found, inlineData)), attributes);
    const isDevice = kind === 'block-device' || kind === 'character-device';
    return special(kind, attributes, ...(isDevice ? deviceNumbers(found.fields.block) : []));
  }

  /** The bytes of a file; content that throws when it is read where its blocks cannot be found. */
  async #content(found: FoundInode, path: ByteString, inlineData: Uint8Array): Promise<ExactContent> {
    const size = sizeOf(found);
    try {
      return await this.#stored(found, inlineData, size);
    } catch (error) {
      if (!isEntryFault(error)) throw error;
      this.#volume.work.spend(FAULT_UNITS);
      return unreadableContent(path, error, size);
    }
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

function sizeOf({ fields, ino }: FoundInode): number {
  const size = fields.sizeLow + fields.sizeHigh * 2 ** 32;
  if (!Number.isSafeInteger(size)) damaged('size', `Inode ${ino} claims ${size} bytes.`);
  return size;
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
