// The extended attributes of inodes that are read: from the inode, from a block that others may share, and from inodes
// that hold a value each.

import { collect, quietRun } from '../../io/index.js';
import type { Xattr } from '../../tree/index.js';
import { interfaceAcl } from './acl.js';
import { type FoundXattr, readInInode, readXattrBlock } from './found-xattr.js';
import { SMALL_INODE, XATTR_VALUE_FLAG } from './inode.js';
import { extentsIn } from './read-blocks.js';
import { storedFile } from './read-content.js';
import { damaged } from './read-superblock.js';
import type { FoundInode, Volume } from './read-volume.js';
import { LARGEST_VALUE } from './xattr.js';

const INLINE_DATA = 'system.data';

export interface InodeXattrs {
  readonly xattrs: readonly Xattr[];
  /** Data of the file itself that is kept like an attribute; undefined without that attribute. */
  readonly inlineData: Uint8Array | undefined;
}

export class XattrSource {
  readonly #volume: Volume;
  /** Shared blocks and values are read once. */
  readonly #blocks = new Map<number, readonly Xattr[]>();
  readonly #values = new Map<number, Uint8Array>();

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  async of(found: FoundInode): Promise<InodeXattrs> {
    const { bytes, extraSize, fields } = found;
    const inInode = readInInode(bytes.subarray(SMALL_INODE + extraSize));
    const data = inInode.find(({ name }) => name === INLINE_DATA);
    const own = await this.#resolve(inInode.filter(({ name }) => name !== INLINE_DATA));
    const block = fields.xattrBlockLow + (this.#volume.features.has('64bit') ? fields.xattrBlockHigh * 2 ** 32 : 0);
    const shared = block === 0 ? [] : await this.#block(block);
    const xattrs = own.length === 0 ? shared : [...own, ...shared];
    if (new Set(xattrs.map(({ name }) => name)).size !== xattrs.length) {
      damaged('xattr', `Inode ${found.ino} has two extended attributes with the same name.`);
    }
    return { xattrs, inlineData: data?.value };
  }

  async #block(block: number): Promise<readonly Xattr[]> {
    const known = this.#blocks.get(block);
    if (known) return known;
    const list = await this.#resolve(readXattrBlock(await this.#volume.block(block), block, this.#volume.seed));
    this.#blocks.set(block, list);
    return list;
  }

  async #resolve(list: readonly FoundXattr[]): Promise<readonly Xattr[]> {
    const xattrs: Xattr[] = [];
    for (const { name, value, valueInode, valueLength } of list) {
      const stored = valueInode === 0 ? value : await this.#value(valueInode, valueLength);
      const isAcl = name.startsWith('system.posix_acl_');
      const shown = isAcl ? interfaceAcl(stored) : stored;
      if (!shown) damaged('acl', `The value of ${name} is not a POSIX ACL.`);
      xattrs.push({ name, value: shown });
    }
    return xattrs;
  }

  async #value(ino: number, length: number): Promise<Uint8Array> {
    const known = this.#values.get(ino);
    if (known?.length === length) return known;
    const found = await this.#volume.inode(ino);
    const { flags, sizeLow, sizeHigh } = found.fields;
    const isValue = (flags & XATTR_VALUE_FLAG) !== 0 && sizeHigh === 0 && sizeLow === length;
    if (!isValue || length > LARGEST_VALUE) damaged('xattr', `Inode ${ino} is not the value of an attribute.`);
    const content = storedFile(this.#volume, await extentsIn(this.#volume, found, length), length);
    const value = await collect(content, quietRun());
    this.#values.set(ino, value);
    return value;
  }
}
