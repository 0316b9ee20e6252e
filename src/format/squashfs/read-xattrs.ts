// Attribute sets of an image, each read once however many inodes share it.

import { type ByteString, byteStringOf, compareBytes } from '../../bytes/index.js';
import { KEPT_BYTE_UNITS, NAME_UNITS } from '../../io/index.js';
import type { Xattr } from '../../tree/index.js';
import { NO_XATTR } from './inode.js';
import { Cursor, damaged, type Volume } from './read-volume.js';
import {
  OUT_OF_LINE,
  XATTR_PREFIXES,
  xattrKey,
  xattrReference,
  xattrSet,
  xattrTableHeader,
  xattrValue,
} from './xattr.js';

/** As large as Linux lets a value be, and all the names of an entry together. */
const LARGEST = 65_536;
const NONE: readonly Xattr[] = [];

export class XattrSets {
  readonly #volume: Volume;
  readonly #sets = new Map<number, readonly Xattr[]>();
  readonly #values = new Map<number, Uint8Array>();

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  /** The attributes of a set that was read before. */
  known(index: number): readonly Xattr[] | undefined {
    return index === NO_XATTR ? NONE : this.#sets.get(index);
  }

  /** The attributes of a set, by the index that an inode has. */
  async of(index: number): Promise<readonly Xattr[]> {
    const known = this.known(index);
    if (known) return known;
    const made = await this.#read(index);
    this.#sets.set(index, made);
    return made;
  }

  async #read(index: number): Promise<readonly Xattr[]> {
    const { xattrTableAt } = this.#volume.superblock;
    if (xattrTableAt === undefined) throw damaged('xattr', 'An inode has attributes, and the image has none.');
    const header = xattrTableHeader.decode(await this.#volume.bytes(xattrTableAt, xattrTableHeader.size));
    if (index >= header.setCount) throw damaged('xattr', `There is no attribute set ${index}.`, xattrTableAt);
    const listAt = xattrTableAt + xattrTableHeader.size;
    const { place, count } = xattrSet.decode(await this.#volume.lookup(listAt, index, xattrSet.size));
    const cursor = this.#at(header.keysAt, place);
    const found = new Map<ByteString, Uint8Array>();
    let names = 0;
    for (let i = 0; i < count; i++) {
      const { type, nameLength } = xattrKey.decode(await cursor.take(xattrKey.size));
      const prefix = XATTR_PREFIXES[type & ~OUT_OF_LINE];
      if (prefix === undefined) throw damaged('xattr', `${type} is not the prefix of an attribute.`, xattrTableAt);
      const name = (prefix + byteStringOf(await cursor.take(nameLength))) as ByteString;
      names += name.length + 1;
      this.#volume.work.spend(NAME_UNITS);
      if (names > LARGEST || found.has(name)) throw damaged('xattr', 'An attribute set is too large.', xattrTableAt);
      found.set(name, await this.#value(cursor, (type & OUT_OF_LINE) !== 0, header.keysAt));
    }
    return [...found].map(([name, value]) => ({ name, value })).sort((a, b) => compareBytes(a.name, b.name));
  }

  async #value(cursor: Cursor, isElsewhere: boolean, keysAt: number): Promise<Uint8Array> {
    const { length } = xattrValue.decode(await cursor.take(xattrValue.size));
    if (!isElsewhere) return this.#take(cursor, length);
    if (length !== xattrReference.size) throw damaged('xattr', 'A reference to a value has another length.', keysAt);
    const { place } = xattrReference.decode(await cursor.take(length));
    const known = this.#values.get(place);
    if (known) return known;
    const there = this.#at(keysAt, place);
    const value = await this.#take(there, xattrValue.decode(await there.take(xattrValue.size)).length);
    this.#values.set(place, value);
    return value;
  }

  async #take(cursor: Cursor, length: number): Promise<Uint8Array> {
    if (length > LARGEST) throw damaged('xattr', `A value of ${length} bytes is too large.`);
    this.#volume.work.spend(length * KEPT_BYTE_UNITS);
    return cursor.take(length);
  }

  #at(keysAt: number, place: number): Cursor {
    return new Cursor(this.#volume, keysAt + Math.floor(place / 0x1_0000), place % 0x1_0000);
  }
}
