// The extended attributes of all inodes: where each set of them is stored, decided once, and what inodes share.

import { type ByteString, byteStringOf, divCeil } from '../../bytes/index.js';
import type { ResolvedOptions } from './options.js';
import { MAX_SHARERS, type StoredXattr } from './xattr.js';
import { arrangeXattrs, type XattrPlaces } from './xattr-placement.js';

/** An xattr block and how many inodes refer to it. */
export interface XattrBlock {
  readonly xattrs: readonly StoredXattr[];
  sharers: number;
}

/** A value of an extended attribute in a separate inode, and how many attributes refer to it. */
export interface XattrValue {
  readonly value: Uint8Array;
  /** Its position in the order of these inodes. */
  readonly index: number;
  references: number;
}

/** A set of attributes as inodes store it. */
export interface XattrSet extends XattrPlaces {
  /** Values in separate inodes. */
  readonly externalValues: number;
  /** Blocks of those values, which count for every inode that refers to them. */
  readonly valueBlocks: number;
}

export class XattrInventory {
  readonly sets: XattrSet[] = [];
  readonly blocks: XattrBlock[] = [];
  /** By their bytes, in the order of their inodes. */
  readonly values = new Map<ByteString, XattrValue>();
  readonly #options: ResolvedOptions;
  readonly #known = new Map<string, number>();
  readonly #sharing = new Map<string, number>();
  #last: { readonly xattrs: readonly StoredXattr[]; readonly index: number } | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  /** Index in `sets` of these attributes; undefined if they take more than an inode and a block. */
  setOf(xattrs: readonly StoredXattr[]): number | undefined {
    // Files of one directory mostly have the same label: comparing costs less than making a key.
    if (this.#last && isSame(this.#last.xattrs, xattrs)) return this.#last.index;
    const index = this.#indexOf(xattrs);
    if (index !== undefined) this.#last = { xattrs, index };
    return index;
  }

  #indexOf(xattrs: readonly StoredXattr[]): number | undefined {
    const key = keyOf(xattrs);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const places = arrangeXattrs(xattrs, this.#options);
    if (!places) return undefined;
    const external = [...places.inInode, ...places.inBlock].filter((xattr) => xattr.external);
    const valueBlocks = external.reduce((sum, { value }) => sum + divCeil(value.length, this.#options.blockSize), 0);
    this.#known.set(key, this.sets.length);
    return this.sets.push({ ...places, externalValues: external.length, valueBlocks }) - 1;
  }

  /** Counts an inode with this set; the index of its block in `blocks`, -1 without one. */
  refer({ inInode, inBlock }: XattrSet): number {
    for (const xattr of inInode) this.#referToValue(xattr);
    return inBlock.length > 0 ? this.#blockFor(inBlock) : -1;
  }

  /** References from a shared block count once. */
  #referToValue({ value, external }: StoredXattr): void {
    if (!external) return;
    const key = byteStringOf(value);
    const known = this.values.get(key);
    if (known) known.references++;
    else this.values.set(key, { value, index: this.values.size, references: 1 });
  }

  #blockFor(xattrs: readonly StoredXattr[]): number {
    const key = keyOf(xattrs);
    const known = this.#sharing.get(key);
    const block = known === undefined ? undefined : this.blocks[known]!;
    if (known !== undefined && block && block.sharers < MAX_SHARERS) {
      block.sharers++;
      return known;
    }
    for (const xattr of xattrs) this.#referToValue(xattr);
    const index = this.blocks.push({ xattrs, sharers: 1 }) - 1;
    this.#sharing.set(key, index);
    return index;
  }
}

function isSame(some: readonly StoredXattr[], others: readonly StoredXattr[]): boolean {
  if (some.length !== others.length) return false;
  return some.every(({ prefix, name, value }, i) => {
    const other = others[i]!;
    return prefix === other.prefix && name === other.name && areEqual(value, other.value);
  });
}

function areEqual(some: Uint8Array, others: Uint8Array): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false;
  return true;
}

/** The same for the same attributes in the same order. */
function keyOf(xattrs: readonly StoredXattr[]): string {
  return xattrs
    .map(({ prefix, name, value }) => `${prefix} ${name.length} ${value.length} ${name}${byteStringOf(value)}`)
    .join('');
}
