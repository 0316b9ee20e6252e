// What of an inode's attributes lies in the inode itself, in a block, or in inodes of their own.

import type { Xattr } from '../../tree/index.js';
import { FIXED_SIZE } from './inode.js';
import type { ResolvedOptions } from './options.js';
import {
  LARGEST_VALUE,
  placeWithValues,
  placeXattrs,
  type StoredXattr,
  storedXattr,
  type XattrPlaces,
} from './xattr.js';

/** Bytes behind the fixed fields of an inode. */
function inodeSpace(inodeSize: number): number {
  return Math.max(0, inodeSize - FIXED_SIZE);
}

/** The stored forms of what has one. */
export function storedXattrs(xattrs: readonly Xattr[]): StoredXattr[] {
  return xattrs.map(storedXattr).filter((form): form is StoredXattr => typeof form !== 'string');
}

/** Decides where attributes lie; undefined when there is no place for all. The same answer each time it is asked. */
export function arrangeXattrs(
  xattrs: readonly StoredXattr[],
  { inodeSize, blockSize, features }: ResolvedOptions,
): XattrPlaces | undefined {
  if (!features.has('ea_inode')) return placeXattrs(xattrs, inodeSpace(inodeSize), blockSize);
  if (xattrs.some(({ value }) => value.length > LARGEST_VALUE)) return undefined;
  return placeWithValues(xattrs, inodeSpace(inodeSize), blockSize);
}
