// The files of an opened image as a tree: inodes become nodes, names lead to them. Directories are met breadth first and
// built from the last to the first, so no depth of nesting costs a stack.

import { byteStringOf } from '../../bytes/index.js';
import { bytesSource, collect, EMPTY, type ExactContent, PartsContent, quietRun } from '../../io/index.js';
import {
  type Attributes,
  directory,
  FileTree,
  file,
  kindOfMode,
  type Node,
  special,
  symlink,
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
  readonly attributes: Attributes;
  readonly names: readonly Name[];
}

class TreeReader {
  readonly #volume: Volume;
  readonly #xattrs: XattrSource;
  /** Nodes by inode number: several names of one inode are one node. */
  readonly #nodes = new Map<number, Node>();
  readonly #directories: OpenDirectory[] = [];
  readonly #opened = new Set<number>();

  constructor(volume: Volume) {
    this.#volume = volume;
    this.#xattrs = new XattrSource(volume);
  }

  async read(): Promise<FileTree> {
    await this.#meet(ROOT_INODE);
    if (this.#directories.length === 0) damaged('root', 'The root of the file system is not a directory.');
    for (let index = 0; index < this.#directories.length; index++) {
      for (const { ino } of this.#directories[index]!.names) await this.#meet(ino);
    }
    for (const { ino, attributes, names } of [...this.#directories].reverse()) {
      const entries = names.map((entry) => [entry.name, this.#nodes.get(entry.ino)!] as const);
      this.#nodes.set(ino, directory<ExactContent>(attributes, entries));
    }
    const root = this.#nodes.get(ROOT_INODE)!;
    return new FileTree(root as ReturnType<typeof directory<ExactContent>>);
  }

  async #meet(ino: number): Promise<void> {
    if (this.#nodes.has(ino)) return;
    if (this.#opened.has(ino)) damaged('directory-twice', `Directory ${ino} has two places.`);
    const found = await this.#volume.inode(ino);
    const { fields, extraSize } = found;
    const kind = kindOfMode(fields.mode);
    if (!kind || fields.links === 0) damaged('inode', `Inode ${ino} has a name, but is no file of any kind.`);
    if ((fields.flags & ENCRYPTED_FLAG) !== 0) unsupported(`Inode ${ino} is encrypted.`);
    const { xattrs, inlineData } = await this.#xattrs.of(found);
    const attributes = {
      mode: fields.mode & 0o7777,
      uid: fields.uidLow + fields.uidHigh * 0x10000,
      gid: fields.gidLow + fields.gidHigh * 0x10000,
      mtime: timeOf(fields.mtime, extraSize >= MTIME_EXTRA_END ? fields.mtimeExtra : undefined),
      xattrs,
    };
    if (kind === 'directory') await this.#open(found, attributes, inlineData);
    else this.#nodes.set(ino, await this.#node(kind, found, attributes, inlineData));
  }

  async #open(found: FoundInode, attributes: Attributes, inlineData: Uint8Array): Promise<void> {
    const isInline = (found.fields.flags & INLINE_FLAG) !== 0;
    const names = isInline ? inlineNames(found, inlineData) : await namesIn(this.#volume, found, sizeOf(found));
    if (new Set(names.map(({ name }) => name)).size !== names.length) {
      damaged('directory', `Directory ${found.ino} has two entries of one name.`);
    }
    this.#opened.add(found.ino);
    this.#directories.push({ ino: found.ino, attributes, names });
  }

  async #node(
    kind: Exclude<Node['kind'], 'directory'>,
    found: FoundInode,
    attributes: Attributes,
    inlineData: Uint8Array,
  ): Promise<Node> {
    if (kind === 'file') return file(await this.#content(found, inlineData), attributes);
    if (kind === 'symlink') return symlink(byteStringOf(await this.#target(found, inlineData)), attributes);
    const isDevice = kind === 'block-device' || kind === 'character-device';
    return special(kind, attributes, ...(isDevice ? deviceNumbers(found.fields.block) : []));
  }

  async #content(found: FoundInode, inlineData: Uint8Array): Promise<ExactContent> {
    const size = sizeOf(found);
    if ((found.fields.flags & INLINE_FLAG) !== 0) return inlineFile(found, inlineData, size);
    const extents = await extentsIn(this.#volume, found, size);
    return size === 0 ? EMPTY : storedFile(this.#volume, extents, size);
  }

  async #target(found: FoundInode, inlineData: Uint8Array): Promise<Uint8Array> {
    const { fields, ino } = found;
    const size = sizeOf(found);
    if (size === 0 || size > LONGEST_TARGET) damaged('symlink', `Symbolic link ${ino} claims ${size} bytes.`);
    if ((fields.flags & INLINE_FLAG) !== 0) return inlineContent(found, inlineData, size);
    // Some writers set the flag on links that are in the inode; a tree of extents begins with its magic.
    const view = new DataView(fields.block.buffer, fields.block.byteOffset, BLOCK_FIELD_SIZE);
    const hasTree = (fields.flags & EXTENTS_FLAG) !== 0 && view.getUint16(0, true) === EXTENT_MAGIC;
    if (size < BLOCK_FIELD_SIZE && !hasTree) return fields.block.slice(0, size);
    return collect(storedFile(this.#volume, await extentsIn(this.#volume, found, size), size), quietRun());
  }
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
