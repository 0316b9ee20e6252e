// The files of an opened image as a tree: inodes become nodes, names lead to them.

import { type ByteString, byteStringOf, deviceNumbers } from '../../bytes/index.js';
import { EMPTY, type ExactContent, KEPT_BYTE_UNITS, NAME_UNITS } from '../../io/index.js';
import {
  type Attributes,
  contentOrFault,
  type FileTree,
  file,
  type Node,
  type ReadDirectory,
  special,
  symlink,
  treeOfInodes,
} from '../../tree/index.js';
import { contentOf } from './read-content.js';
import { namesIn } from './read-directory.js';
import { addressOf, type FoundInode, readInode } from './read-inode.js';
import { damaged, type InodeRef, rootOf, type Volume } from './read-volume.js';
import { XattrSource } from './read-xattrs.js';

/** Longest target of a symbolic link: a block of the largest size. */
const LONGEST_TARGET = 65_536;

/** Reads the tree of an opened image. */
export function readTree(volume: Volume): Promise<FileTree> {
  volume.work.restart();
  const inodes = new Inodes(volume);
  return treeOfInodes({
    root: rootOf(volume.superblock),
    work: volume.work,
    key: (ref) => addressOf(volume, ref),
    read: (ref, path) => inodes.read(ref, path),
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
  async read(ref: InodeRef, path: ByteString): Promise<ReadDirectory<InodeRef> | Node> {
    this.#volume.work.spend(NAME_UNITS);
    const inode = await readInode(this.#volume, ref);
    const { mode, uid, gid, mtime } = inode;
    const attributes = { mode: mode & 0o7777, uid, gid, mtime, xattrs: await this.#xattrs.of(inode) };
    if (inode.kind !== 'directory') return this.#leaf(inode.kind, inode, path, attributes);
    return { attributes, names: await namesIn(this.#volume, inode, await contentOf(this.#volume, inode)) };
  }

  async #leaf(
    kind: Exclude<Node['kind'], 'directory'>,
    inode: FoundInode,
    path: ByteString,
    attributes: Attributes,
  ): Promise<Node> {
    if (kind === 'file') return file(await this.#content(inode, path), attributes);
    if (kind === 'symlink') return symlink(byteStringOf(await this.#target(inode)), attributes);
    const isDevice = kind === 'block-device' || kind === 'character-device';
    // The address that means no data is here a device number of all ones.
    return special(kind, attributes, ...numbersOf(isDevice ? (inode.data ?? 0xffff_ffff) : 0));
  }

  async #content(inode: FoundInode, path: ByteString): Promise<ExactContent> {
    const { size } = inode;
    if (size === 0) return EMPTY;
    return contentOrFault({ path, size, work: this.#volume.work }, () => contentOf(this.#volume, inode));
  }

  async #target(inode: FoundInode): Promise<Uint8Array> {
    const { size, at } = inode;
    if (size === 0 || size > LONGEST_TARGET) throw damaged('symlink', `A symbolic link claims ${size} bytes.`, at);
    this.#volume.work.spend(size * KEPT_BYTE_UNITS);
    const bytes = new Uint8Array(size);
    await (await contentOf(this.#volume, inode)).read(0, bytes);
    return bytes;
  }
}

function numbersOf(device: number): [number, number] {
  const { major, minor } = deviceNumbers(device);
  return [major, minor];
}
