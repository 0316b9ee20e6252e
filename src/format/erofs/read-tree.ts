// The files of an opened image as a tree. Directories are met breadth first and built from the last to the first, so no
// depth of nesting costs a stack; none is met twice, so no loop is followed.

import { type ByteString, byteStringOf } from '../../bytes/index.js';
import { EMPTY, type ExactContent, FAULT_UNITS, KEPT_BYTE_UNITS, NAME_UNITS } from '../../io/index.js';
import {
  type Attributes,
  directory,
  FileTree,
  file,
  isEntryFault,
  joinPath,
  type Node,
  special,
  symlink,
  unreadableContent,
  unreadableEntry,
} from '../../tree/index.js';
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
  readonly path: ByteString;
  readonly attributes: Attributes;
  readonly names: readonly Name[];
  /** What stands for names that lead to something that cannot be read. */
  readonly faults: Map<ByteString, Node>;
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
    await this.#meet(root, '' as ByteString);
    if (this.#directories.length === 0) throw damaged('root', 'The root of the image is not a directory.');
    for (let index = 0; index < this.#directories.length; index++) await this.#meetAll(this.#directories[index]!);
    for (const { at, attributes, names, faults } of [...this.#directories].reverse()) {
      const entries = names.map(({ name, ref }) => {
        return [name, faults.get(name) ?? this.#nodes.get(addressOf(this.#volume, ref))!] as const;
      });
      this.#nodes.set(at, directory<ExactContent>(attributes, entries));
    }
    const top = this.#nodes.get(addressOf(this.#volume, root));
    return new FileTree(top as ReturnType<typeof directory<ExactContent>>);
  }

  async #meetAll({ path, names, faults }: OpenDirectory): Promise<void> {
    for (const { name, ref } of names) {
      const place = joinPath(path, name);
      try {
        await this.#meet(ref, place);
      } catch (error) {
        if (!isEntryFault(error)) throw error;
        this.#volume.work.spend(FAULT_UNITS);
        faults.set(name, unreadableEntry(place, error));
      }
    }
  }

  /** `path` is the name by which it is met first. */
  async #meet(ref: InodeRef, path: ByteString): Promise<void> {
    const at = addressOf(this.#volume, ref);
    if (this.#nodes.has(at)) return;
    if (this.#opened.has(at)) throw damaged('directory-twice', 'A directory has two places.', at);
    this.#volume.work.spend(NAME_UNITS);
    const inode = await readInode(this.#volume, ref);
    const { mode, uid, gid, mtime } = inode;
    const attributes = { mode: mode & 0o7777, uid, gid, mtime, xattrs: await this.#xattrs.of(inode) };
    if (inode.kind !== 'directory') {
      this.#nodes.set(at, await this.#leaf(inode.kind, inode, path, attributes));
      return;
    }
    const names = await namesIn(this.#volume, inode, await contentOf(this.#volume, inode));
    this.#opened.add(at);
    this.#directories.push({ at, path, attributes, names, faults: new Map() });
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
    // No data at all is the device number of all ones.
    return special(kind, attributes, ...numbersOf(isDevice ? (inode.data ?? 0xffff_ffff) : 0));
  }

  /** A file whose places are wrong is one file's error. */
  async #content(inode: FoundInode, path: ByteString): Promise<ExactContent> {
    if (inode.size === 0) return EMPTY;
    try {
      return await contentOf(this.#volume, inode);
    } catch (error) {
      if (!isEntryFault(error)) throw error;
      this.#volume.work.spend(FAULT_UNITS);
      return unreadableContent(path, error, inode.size);
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
