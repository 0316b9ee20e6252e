// Which of an inode's attributes are in the inode itself, in a block, or in separate inodes.

import { FIXED_SIZE } from './inode.js';
import type { ResolvedOptions } from './options.js';
import { LARGEST_VALUE, placeWithValues, placeXattrs, type StoredXattr, type XattrPlaces } from './xattr.js';

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
