// Reads the attributes of inodes. Shared ones and long prefixes are read once.

import { alignUp, type ByteString, byteStringOf } from '../../bytes/index.js';
import { KEPT_BYTE_UNITS, NAME_UNITS, type Source } from '../../io/index.js';
import type { Xattr } from '../../tree/index.js';
import type { FoundInode } from './read-inode.js';
import { damaged, type Volume } from './read-volume.js';
import { Compatible, XATTR_UNIT } from './superblock.js';
import { LONG_PREFIX, longPrefix, XATTR_PREFIXES, xattrEntry, xattrHead, xattrSize } from './xattr.js';

/** Longest name in Linux. */
const MAX_NAME = 255;
/** Bytes of a shared attribute's number. */
const NUMBER = 4;

export class XattrSource {
  readonly #volume: Volume;
  readonly #shared = new Map<number, Xattr | undefined>();
  #prefixes: readonly ByteString[] | undefined;

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  /** The attributes of an inode. */
  async of({ xattrsAt, xattrsSize }: FoundInode): Promise<readonly Xattr[]> {
    if (xattrsSize === 0) return [];
    this.#volume.work.spend(xattrsSize * KEPT_BYTE_UNITS);
    const bytes = (await this.#volume.bytes(xattrsAt, xattrsSize)).slice();
    const { sharedCount } = xattrHead.decode(bytes);
    const view = new DataView(bytes.buffer);
    const found = new Map<ByteString, Xattr>();
    const add = (xattr: Xattr | undefined) => {
      if (!xattr) return;
      if (found.has(xattr.name)) throw damaged('xattr', 'An inode has an attribute twice.', xattrsAt);
      found.set(xattr.name, xattr);
    };
    let at = xattrHead.size;
    for (let i = 0; i < sharedCount; i++, at += NUMBER) {
      if (at + NUMBER > bytes.length)
        throw damaged('xattr', 'An inode has fewer attributes than its head lists.', xattrsAt);
      add(await this.#sharedAt(view.getUint32(at, true)));
    }
    while (at < bytes.length) {
      const { xattr, length } = await this.#decode(bytes, at);
      add(xattr);
      at += length;
    }
    return [...found.values()];
  }

  async #sharedAt(number: number): Promise<Xattr | undefined> {
    if (this.#shared.has(number)) return this.#shared.get(number);
    const { superblock, blockSize } = this.#volume;
    const offset = superblock.xattrBlock * blockSize + number * XATTR_UNIT;
    const isInMetabox = (superblock.compatible & Compatible.sharedXattrsInMetabox) !== 0;
    const at = isInMetabox ? this.#volume.metaboxAddress(offset) : offset;
    const { nameLength, valueLength } = xattrEntry.decode(await this.#volume.bytes(at, xattrEntry.size));
    const length = xattrEntry.size + nameLength + valueLength;
    this.#volume.work.spend(length * KEPT_BYTE_UNITS);
    const { xattr } = await this.#decode((await this.#volume.bytes(at, length)).slice(), 0);
    this.#shared.set(number, xattr);
    return xattr;
  }

  /** The attribute at byte `at` and its size. Unused space is zero. */
  async #decode(
    bytes: Uint8Array,
    at: number,
  ): Promise<{ readonly xattr: Xattr | undefined; readonly length: number }> {
    const { nameLength, prefix, valueLength } = xattrEntry.decode(bytes, at);
    if (nameLength === 0 && prefix === 0 && valueLength === 0) return { xattr: undefined, length: xattrEntry.size };
    const nameAt = at + xattrEntry.size;
    const valueAt = nameAt + nameLength;
    if (valueAt + valueLength > bytes.length) throw damaged('xattr', 'An attribute is longer than the space for it.');
    this.#volume.work.spend(NAME_UNITS);
    const name = ((await this.#prefix(prefix)) + byteStringOf(bytes.subarray(nameAt, valueAt))) as ByteString;
    if (name === '' || name.length > MAX_NAME || name.includes('\0')) {
      throw damaged('xattr', 'An attribute has an invalid name.');
    }
    const value = bytes.subarray(valueAt, valueAt + valueLength);
    return { xattr: { name, value }, length: xattrSize(nameLength, valueLength) };
  }

  async #prefix(number: number): Promise<ByteString> {
    const isLong = (number & LONG_PREFIX) !== 0;
    if (isLong) this.#prefixes ??= await this.#longPrefixes();
    const prefix = isLong ? this.#prefixes![number & ~LONG_PREFIX] : XATTR_PREFIXES[number];
    if (prefix === undefined) throw damaged('xattr', `An attribute has prefix ${number}, which is not known.`);
    return prefix;
  }

  async #longPrefixes(): Promise<readonly ByteString[]> {
    const { superblock } = this.#volume;
    const source = await this.#prefixSource();
    const prefixes: ByteString[] = [];
    let at = superblock.xattrPrefixesAt * XATTR_UNIT;
    for (let i = 0; i < superblock.xattrPrefixCount; i++) {
      const head = new Uint8Array(longPrefix.size);
      await source.read(at, head);
      const { length, prefix } = longPrefix.decode(head);
      const base = XATTR_PREFIXES[prefix];
      if (base === undefined || length < 1 || length > MAX_NAME + 1) throw damaged('xattr', 'A prefix is invalid.', at);
      const infix = new Uint8Array(length - 1);
      await source.read(at + longPrefix.size, infix);
      prefixes.push((base + byteStringOf(infix)) as ByteString);
      at = alignUp(at + longPrefix.size + infix.length, XATTR_UNIT);
    }
    return prefixes;
  }

  /** Prefixes are in the image, or in an inode without a name. */
  #prefixSource(): Promise<Pick<Source, 'read'>> | Pick<Source, 'read'> {
    const { superblock, image } = this.#volume;
    const isPlain = (superblock.compatible & Compatible.plainXattrPrefixes) !== 0;
    if (isPlain) return image;
    return this.#volume.metabox ?? (superblock.packedNid === 0 ? image : this.#volume.packed());
  }
}
