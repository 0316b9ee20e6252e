// Directories: every entry leads to an inode in use, every inode in use has the number of names that it says, and all of them
// can be reached from the root.

import { type ByteString, byteStringOf, displayText } from '../../../bytes/index.js';
import { InvalidImageError } from '../../../errors.js';
import { DIRENT_TYPES } from '../dirent.js';
import { readInInode } from '../found-xattr.js';
import { BLOCK_FIELD_SIZE, INDEX_FLAG, INLINE_FLAG, MAX_LINKS, ROOT_INODE, SMALL_INODE } from '../inode.js';
import { checkBlock, recordLength } from '../read-directory.js';
import { HashRanges } from './hash-ranges.js';
import type { CheckedImage } from './image.js';
import { type FoundDirectory, type InodeUse, isNameless } from './inode-use.js';

const HEADER = 8;
/** A directory with more subdirectories than a count of links holds has one link. */
const UNCOUNTED = 1;
const HASH_VERSIONS = 6;
/** `creatorOs` of a system that leaves the types of entries out. */
const HURD = 1;
const INFO_LENGTH = 8;

export async function checkDirectories(checked: CheckedImage, found: InodeUse): Promise<void> {
  const walk = new DirectoryWalk(checked, found);
  for (const directory of found.directories) await walk.directory(directory);
  if (checked.structural > 0) return;
  walk.checkLinks();
}

class DirectoryWalk {
  readonly #checked: CheckedImage;
  readonly #found: InodeUse;
  /** Names that lead to each inode. */
  readonly #names: Uint32Array;
  /** The directory that holds each directory. */
  readonly #parents = new Map<number, number>();
  /** Directories that a path from the root leads to. */
  readonly #reached = new Set([ROOT_INODE]);
  /** The directory that ".." of each directory names. */
  readonly #above = new Map<number, number>();

  /** Whether a lookup finds a name in the current block; undefined if every reader looks at all blocks. */
  #finds: ((name: ByteString) => boolean) | undefined;
  /** The last directory with a name that its index does not find. */
  #lost = 0;

  constructor(checked: CheckedImage, found: InodeUse) {
    this.#checked = checked;
    this.#found = found;
    this.#names = new Uint32Array(checked.inodes + 1);
    this.#parents.set(ROOT_INODE, ROOT_INODE);
  }

  async directory(directory: FoundDirectory): Promise<void> {
    this.#finds = undefined;
    if ((directory.fields.flags & INLINE_FLAG) !== 0) return this.#inline(directory);
    let isFirst = true;
    let ranges: HashRanges | undefined;
    for (const { block, length, isUnwritten, logical } of directory.runs) {
      if (isUnwritten) this.#fault(directory, 'It has blocks that were never written to.', directory.at);
      for (let index = 0; index < length; index++) {
        const bytes = await this.#checked.block(block + index);
        if (!bytes) {
          this.#fault(directory, 'Its blocks are outside the image.', directory.at);
          return;
        }
        const at = (block + index) * this.#checked.blockSize;
        if (!this.#isSealed(directory, bytes, at)) return;
        if (isFirst && this.#checkIndex(directory, bytes, at)) {
          ranges = await this.#index(directory, bytes, at);
        }
        const own = ranges;
        this.#finds = own && this.#lost !== directory.ino ? (name) => own.finds(logical + index, name) : undefined;
        this.#records(directory, bytes, at, isFirst);
        isFirst = false;
      }
    }
  }

  #inline(directory: FoundDirectory): void {
    const { fields, bytes, extraSize, ino, at } = directory;
    const above = new DataView(fields.block.buffer, fields.block.byteOffset).getUint32(0, true);
    this.#above.set(ino, above);
    this.#count(ino);
    this.#count(above);
    this.#records(directory, fields.block.slice(4, BLOCK_FIELD_SIZE), at, false);
    try {
      const rest = readInInode(bytes.subarray(SMALL_INODE + extraSize)).find(({ name }) => name === 'system.data');
      if (rest && rest.value.length > 0) this.#records(directory, rest.value, at, false);
    } catch (error) {
      // Attributes that cannot be read are reported with their inode.
      if (!(error instanceof InvalidImageError)) throw error;
    }
  }

  #isSealed(directory: FoundDirectory, bytes: Uint8Array, at: number): boolean {
    try {
      checkBlock(bytes, directory);
      return true;
    } catch (error) {
      if (!(error instanceof InvalidImageError)) throw error;
      this.#checked.structuralFault('directory-checksum', error.message, at);
      return false;
    }
  }

  #records(directory: FoundDirectory, bytes: Uint8Array, at: number, isFirst: boolean): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let count = 0;
    for (let place = 0; place < bytes.length; count++) {
      if (place + HEADER > bytes.length) {
        this.#fault(directory, 'An entry is cut by the end of its block.', at + place);
        return;
      }
      const target = view.getUint32(place, true);
      const length = recordLength(view.getUint16(place + 4, true), bytes.length);
      const nameLength = view.getUint8(place + 6);
      const isRecord = length >= HEADER && length % 4 === 0 && place + length <= bytes.length;
      if (!isRecord || (target !== 0 && HEADER + nameLength > length)) {
        this.#fault(directory, 'An entry has a length that is not possible.', at + place);
        return;
      }
      const name = byteStringOf(bytes.subarray(place + HEADER, place + HEADER + nameLength));
      const expected = isFirst && count < 2 ? ['.', '..'][count] : undefined;
      if (expected !== undefined && (target === 0 || name !== expected)) {
        this.#fault(directory, `Its entry "${expected}" is missing.`, at + place);
      } else if (target !== 0) this.#entry(directory, name, target, view.getUint8(place + 7), at + place);
      place += length;
    }
  }

  #entry(directory: FoundDirectory, name: string, target: number, type: number, at: number): void {
    const { inodes, firstInode, features, superblock } = this.#checked;
    if (target > inodes || (target < firstInode && target !== ROOT_INODE)) {
      this.#fault(directory, `An entry leads to inode ${target}, which no file can have.`, at);
      return;
    }
    if (name === '' || name.includes('/') || name.includes('\0')) {
      this.#fault(directory, 'An entry has a name that is not possible.', at);
      return;
    }
    if (this.#finds && name !== '.' && name !== '..' && !this.#finds(name as ByteString)) {
      // One name is enough: with a wrong hash in an index all names of a block are lost.
      this.#finds = undefined;
      this.#lost = directory.ino;
      const message = `Directory ${directory.ino}: A lookup by its index does not find "${displayText(name as ByteString)}".`;
      this.#checked.report('directory-index', message, at);
    }
    const kind = this.#found.kindOf(target);
    if (kind === undefined) {
      this.#fault(directory, `An entry leads to inode ${target}, which is not in use.`, at);
      return;
    }
    if (features.has('filetype') && superblock.creatorOs !== HURD && type !== DIRENT_TYPES[kind]) {
      this.#checked.report(
        'directory',
        `Directory ${directory.ino}: An entry has another type than its inode ${target}.`,
        at,
      );
    }
    this.#count(target);
    if (name === '.') {
      if (target !== directory.ino) this.#fault(directory, 'Its entry "." leads elsewhere.', at);
    } else if (name === '..') this.#above.set(directory.ino, target);
    else if (kind === 'directory') this.#below(directory, target, at);
  }

  #below(directory: FoundDirectory, target: number, at: number): void {
    if (this.#parents.has(target)) {
      this.#fault(directory, `An entry leads to directory ${target}, which has another name.`, at);
    } else this.#parents.set(target, directory.ino);
  }

  #count(ino: number): void {
    if (ino < this.#names.length) this.#names[ino]!++;
  }

  async #index(directory: FoundDirectory, root: Uint8Array, at: number): Promise<HashRanges | undefined> {
    const ranges = await HashRanges.read(this.#checked, directory, root);
    if (ranges !== 'damaged') return ranges;
    this.#checked.report('directory-index', `The index of directory ${directory.ino} is damaged.`, at);
    return undefined;
  }

  /** The root of an index of hashes, as far as a reader needs it to find the block of a name; whether it is sound. */
  #checkIndex(directory: FoundDirectory, bytes: Uint8Array, at: number): boolean {
    if ((directory.fields.flags & INDEX_FLAG) === 0 || !this.#checked.features.has('dir_index')) return false;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const [version, info, levels] = [0x1c, 0x1d, 0x1e].map((place) => view.getUint8(place)) as [number, number, number];
    const [limit, count] = [view.getUint16(0x20, true), view.getUint16(0x22, true)];
    const blocks = directory.runs.reduce((sum, { length }) => sum + length, 0);
    const isHead =
      version <= HASH_VERSIONS && info === INFO_LENGTH && levels <= (this.#checked.features.has('large_dir') ? 2 : 1);
    let isSound = isHead && count > 0 && count <= limit && 0x20 + limit * 8 <= bytes.length;
    for (let index = 0; isSound && index < count; index++) {
      const block = view.getUint32(0x20 + index * 8 + 4, true) & 0x0fff_ffff;
      isSound = block > 0 && block < blocks;
    }
    if (isSound) return true;
    this.#checked.structuralFault('directory-index', `The index of directory ${directory.ino} is damaged.`, at);
    return false;
  }

  /** Compares the counts of links, and finds what no path leads to. */
  checkLinks(): void {
    const { report, features } = this.#checked;
    for (const [ino, above] of this.#above) {
      const parent = this.#parents.get(ino);
      if (parent === undefined || parent === above) continue;
      report('directory', `Directory ${ino}: Its entry ".." leads to ${above}, and it is in ${parent}.`);
      return;
    }
    for (let ino = 1; ino < this.#names.length; ino++) {
      const links = this.#found.links[ino]!;
      if (links === 0 || isNameless(this.#checked, this.#found, ino)) continue;
      const names = this.#names[ino]!;
      const isDirectory = this.#found.kindOf(ino) === 'directory';
      if (isDirectory ? !this.#isReached(ino) : names === 0) {
        report('unconnected', `No directory leads to inode ${ino}, which is in use.`);
      } else if (
        names !== links &&
        !(isDirectory && features.has('dir_nlink') && links === UNCOUNTED && names > MAX_LINKS)
      ) {
        report('link-count', `Inode ${ino} counts ${links} links, and has ${names}.`);
      }
    }
  }

  /** Whether the root is above a directory. All directories on a way that leads there are remembered. */
  #isReached(ino: number): boolean {
    const way = new Set<number>();
    for (let at: number | undefined = ino; at !== undefined && !way.has(at); at = this.#parents.get(at)) {
      if (this.#reached.has(at)) {
        for (const one of way) this.#reached.add(one);
        return true;
      }
      way.add(at);
    }
    return false;
  }

  #fault(directory: FoundDirectory, message: string, at: number): void {
    this.#checked.structuralFault('directory', `Directory ${directory.ino}: ${message}`, at);
  }
}
