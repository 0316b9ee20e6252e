// What of an inode's attributes and data lies in the inode itself, in a block, or in inodes of their own.

import type { Node } from '../../tree/index.js';
import { BLOCK_FIELD_SIZE, FIXED_SIZE } from './inode.js';
import type { ResolvedOptions } from './options.js';
import {
  inlineDataXattr,
  LARGEST_VALUE,
  placeWithValues,
  placeXattrs,
  type StoredXattr,
  spareValueSpace,
  type XattrPlaces,
} from './xattr.js';

/** Bytes behind the fixed fields of an inode. */
function inodeSpace(inodeSize: number): number {
  return Math.max(0, inodeSize - FIXED_SIZE);
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

/** Whether a file's data fits its inode beside all its attributes. Only data that can be had at once is moved there. */
export function fitsInline(node: Node, xattrs: readonly StoredXattr[], inodeSize: number): boolean {
  if (node.kind !== 'file' || node.content.size === 0 || !node.content.bytes) return false;
  const { name } = inlineDataXattr(new Uint8Array(0));
  const spare = spareValueSpace(xattrs, inodeSpace(inodeSize), name.length);
  return spare >= 0 && node.content.size - BLOCK_FIELD_SIZE <= spare - (spare % 4);
}
