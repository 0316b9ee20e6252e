// Which of an inode's attributes are in the inode itself, in a block, or in separate inodes.

import { FIXED_SIZE } from './inode.js';
import type { ResolvedOptions } from './options.js';
import { entrySpace, LARGEST_VALUE, OVERHEAD, type StoredXattr, spaceOf } from './xattr.js';

/** Bytes after the fixed fields of an inode. */
function inodeSpace(inodeSize: number): number {
  return Math.max(0, inodeSize - FIXED_SIZE);
}

/** Decides where attributes are stored; undefined if there is no place for all. */
export function arrangeXattrs(
  xattrs: readonly StoredXattr[],
  { inodeSize, blockSize, features }: ResolvedOptions,
): XattrPlaces | undefined {
  if (!features.has('ea_inode')) return placeXattrs(xattrs, inodeSpace(inodeSize), blockSize);
  if (xattrs.some(({ value }) => value.length > LARGEST_VALUE)) return undefined;
  return placeWithValues(xattrs, inodeSpace(inodeSize), blockSize);
}

/** The order that readers expect in blocks: by prefix, length of the name, name. */
function compareStored(a: StoredXattr, b: StoredXattr): number {
  return a.prefix - b.prefix || a.name.length - b.name.length || (a.name < b.name ? -1 : 1);
}

/** Where the attributes of an inode are. */
export interface XattrPlaces {
  readonly inInode: readonly StoredXattr[];
  readonly inBlock: readonly StoredXattr[];
}

/**
 * Decides what is in the inode (`inodeSpace` bytes after its fixed fields) and what in a block: everything that fits
 * into the inode, in order, the rest in the block. Undefined when that is more than a block holds.
 */
export function placeXattrs(
  xattrs: readonly StoredXattr[],
  inodeSpace: number,
  blockSize: number,
): XattrPlaces | undefined {
  const inInode: StoredXattr[] = [];
  const inBlock: StoredXattr[] = [];
  let inodeLeft = inodeSpace - OVERHEAD.inode;
  let blockLeft = blockSize - OVERHEAD.block;
  for (const xattr of [...xattrs].sort(compareStored)) {
    const space = spaceOf(xattr);
    if (space <= inodeLeft) {
      inInode.push(xattr);
      inodeLeft -= space;
    } else {
      inBlock.push(xattr);
      blockLeft -= space;
    }
  }
  return blockLeft < 0 ? undefined : { inInode, inBlock };
}

/** As {@link placeXattrs}, with the largest values moved out into separate inodes until the rest fits. */
function placeWithValues(
  xattrs: readonly StoredXattr[],
  inodeSpace: number,
  blockSize: number,
): XattrPlaces | undefined {
  const list = [...xattrs];
  for (;;) {
    const places = placeXattrs(list, inodeSpace, blockSize);
    if (places) return places;
    let largest = -1;
    for (const [index, { value, external }] of list.entries()) {
      if (!external && value.length > (list[largest]?.value.length ?? 0)) largest = index;
    }
    if (largest < 0) return undefined;
    list[largest] = { ...list[largest]!, external: true };
  }
}

/** Bytes that remain for another value in an inode that has all of `xattrs`; negative if there is no room for it. */
export function spareValueSpace(xattrs: readonly StoredXattr[], inodeSize: number, nameLength: number): number {
  const taken = xattrs.reduce((sum, xattr) => sum + spaceOf(xattr), 0);
  return inodeSpace(inodeSize) - OVERHEAD.inode - taken - entrySpace(nameLength);
}
