// The files of an opened image as a tree. Directories are met breadth first and built from the last to the first, so no
// depth of nesting costs a stack; none is met twice, so no loop is followed.

import { byteStringOf } from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { EMPTY, type ExactContent, KEPT_BYTE_UNITS, NAME_UNITS, UnreadableContent } from '../../io/index.js';
import { type Attributes, directory, FileTree, file, type Node, special, symlink } from '../../tree/index.js';
import { deviceNumbers } from './inode.js';
import { contentOf } from './read-content.js';
import { type Name, namesIn } from './read-directory.js';
import { addressOf, type FoundInode, readInode } from './read-inode.js';
import { damaged, type InodeRef, rootOf, type Volume } from './read-volume.js';
import { XattrSource } from './read-xattrs.js';

/** Longest target of a symbolic link: a block of the largest size. */
const LONGEST_TARGET = 65_536;

/** Reads the tree of an opened image. */
export function readTree(volume: Volume): Promise<FileTree> {
  volume.work.restart();
  return new TreeReader(volume).read();
}

interface OpenDirectory {
  readonly at: number;
  readonly attributes: Attributes;
  readonly names: readonly Name[];
}

class TreeReader {
  readonly #volume: Volume;
  readonly #xattrs: XattrSource;
  /** What has been made, by address: several names of one inode are one node. */
  readonly #nodes = new Map<number, Node>();
  readonly #directories: OpenDirectory[] = [];
  readonly #opened = new Set<number>();

  constructor(volume: Volume) {
    this.#volume = volume;
    this.#xattrs = new XattrSource(volume);
  }

  async read(): Promise<FileTree> {
    const root = rootOf(this.#volume.superblock);
    await this.#meet(root);
    if (this.#directories.length === 0) throw damaged('root', 'The root of the image is not a directory.');
    for (let turn = 0; turn < this.#directories.length; turn++) {
      for (const { ref } of this.#directories[turn]!.names) await this.#meet(ref);
    }
    for (const { at, attributes, names } of [...this.#directories].reverse()) {
      const entries = names.map(({ name, ref }) => [name, this.#nodes.get(addressOf(this.#volume, ref))!] as const);
      this.#nodes.set(at, directory<ExactContent>(attributes, entries));
    }
    const top = this.#nodes.get(addressOf(this.#volume, root));
    return new FileTree(top as ReturnType<typeof directory<ExactContent>>);
  }

  async #meet(ref: InodeRef): Promise<void> {
    const at = addressOf(this.#volume, ref);
    if (this.#nodes.has(at)) return;
    if (this.#opened.has(at)) throw damaged('directory-twice', 'A directory has two places.', at);
    this.#volume.work.spend(NAME_UNITS);
    const inode = await readInode(this.#volume, ref);
    const { mode, uid, gid, mtime } = inode;
    const attributes = { mode: mode & 0o7777, uid, gid, mtime, xattrs: await this.#xattrs.of(inode) };
    if (inode.kind !== 'directory') {
      this.#nodes.set(at, await this.#leaf(inode.kind, inode, attributes));
      return;
    }
    const names = await namesIn(this.#volume, inode, await contentOf(this.#volume, inode));
    this.#opened.add(at);
    this.#directories.push({ at, attributes, names });
  }

  async #leaf(kind: Exclude<Node['kind'], 'directory'>, inode: FoundInode, attributes: Attributes): Promise<Node> {
    if (kind === 'file') return file(await this.#content(inode), attributes);
    if (kind === 'symlink') return symlink(byteStringOf(await this.#target(inode)), attributes);
    const isDevice = kind === 'block-device' || kind === 'character-device';
    // No data at all is the device number of all ones.
    return special(kind, attributes, ...numbersOf(isDevice ? (inode.data ?? 0xffff_ffff) : 0));
  }

  /** A file whose places are wrong is one file's error. */
  async #content(inode: FoundInode): Promise<ExactContent> {
    if (inode.size === 0) return EMPTY;
    try {
      return await contentOf(this.#volume, inode);
    } catch (error) {
      const isOfFile = error instanceof InvalidImageError || error instanceof UnsupportedError;
      if (!isOfFile || error.code === this.#volume.work.code) throw error;
      return new UnreadableContent(inode.size, error);
    }
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
