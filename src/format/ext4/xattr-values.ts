// Values of extended attributes in separate inodes (ea_inode): which inode holds which value, and its checksum.

import { byteStringOf, crc32c, uuidBytes } from '../../bytes/index.js';
import type { Blueprint } from './blueprint.js';
import { filesystemSeed } from './checksum.js';
import { inodeNumber } from './inventory.js';
import { type FindValue, noValues } from './render-xattr.js';

/** Checksum of a value; its seed is that of the file system, metadata_csum or not. */
export function valueHash({ options }: Blueprint, value: Uint8Array): number {
  return crc32c(filesystemSeed(uuidBytes(options.uuid)), value);
}

/** Finds the inodes of values. They follow those of the tree. */
export function valueFinder(blueprint: Blueprint): FindValue {
  const { nodes, xattrs } = blueprint.inventory;
  if (xattrs.values.size === 0) return noValues;
  return (value) => {
    const found = xattrs.values.get(byteStringOf(value));
    return found
      ? { ino: inodeNumber(nodes.length + found.index), hash: valueHash(blueprint, value) }
      : noValues(value);
  };
}
