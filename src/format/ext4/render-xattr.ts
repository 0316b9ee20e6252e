// Writes extended attributes: entries forward, values backward from the end.

import { alignUp, crc32c } from '../../bytes/index.js';
import { InternalError } from '../../errors.js';
import type { Seed } from './checksum.js';
import {
  BLOCK_HEADER,
  blockHeader,
  blockSeed,
  ENTRY,
  entryFields,
  entrySpace,
  INODE_HEADER,
  MAGIC,
  type StoredXattr,
  valueSpace,
} from './xattr.js';

/** Where an external value is: its inode, and the checksum of the value. */
export interface ValuePlace {
  readonly ino: number;
  readonly hash: number;
}
export type FindValue = (value: Uint8Array) => ValuePlace;

/** Writes attributes into the rest of an inode. Hashes of values in it stay zero: no reader uses them. */
export function renderInInode(xattrs: readonly StoredXattr[], space: Uint8Array, find: FindValue): void {
  if (xattrs.length === 0) return;
  new DataView(space.buffer, space.byteOffset).setUint32(0, MAGIC, true);
  const area = space.subarray(INODE_HEADER);
  writeEntries(xattrs, area, 0, (xattr) => (xattr.external ? entryHash(xattr, find) : 0), find);
}

/** An xattr block of `blockSize` bytes at block number `block`, shared by `sharers` inodes. */
export function renderXattrBlock(
  xattrs: readonly StoredXattr[],
  blockSize: number,
  sharers: number,
  block: number,
  seed: Seed,
  find: FindValue = noValues,
): Uint8Array {
  const bytes = new Uint8Array(blockSize);
  let hash = 0;
  let shareable = true;
  const hashOf = (xattr: StoredXattr) => {
    const own = entryHash(xattr, find);
    if (own === 0) shareable = false;
    hash = (((hash << 16) | (hash >>> 16)) ^ own) >>> 0;
    return own;
  };
  writeEntries(xattrs, bytes, BLOCK_HEADER, hashOf, find);
  const header = { magic: MAGIC, sharers, blocks: 1, hash: shareable ? hash : 0 };
  blockHeader.encodeInto({ ...header, checksum: 0 }, bytes, 0);
  if (seed === undefined) return bytes;
  blockHeader.encodeInto({ ...header, checksum: crc32c(blockSeed(seed, block), bytes) }, bytes, 0);
  return bytes;
}

/** For images without ea_inode. */
export const noValues: FindValue = () => {
  throw new InternalError('internal.xattr-value', 'An attribute is in an inode that was not planned.');
};

/** Entries forward from `from`, values backward from the end; offsets count from the start of `area`. */
function writeEntries(
  xattrs: readonly StoredXattr[],
  area: Uint8Array,
  from: number,
  hashOf: (xattr: StoredXattr) => number,
  find: FindValue,
): void {
  let at = from;
  let end = area.length;
  for (const xattr of xattrs) {
    const { prefix, name, value } = xattr;
    end -= valueSpace(xattr);
    if (!xattr.external) area.set(value, end);
    const valueAt = xattr.external || value.length === 0 ? 0 : end;
    const valueInode = xattr.external ? find(value).ino : 0;
    const fields = { nameLength: name.length, prefix, valueAt, valueInode, valueLength: value.length };
    entryFields.encodeInto({ ...fields, hash: hashOf(xattr) }, area, at);
    for (let i = 0; i < name.length; i++) area[at + ENTRY + i] = name.charCodeAt(i);
    at += entrySpace(name.length);
  }
}

/** Hash over name and value, as sharing and checking expect it. */
function entryHash({ name, value, external }: StoredXattr, find: FindValue): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = (hash << 5) ^ (hash >>> 27) ^ name.charCodeAt(i);
  // A value in another inode contributes only its checksum, as one word.
  if (external) return ((hash << 16) ^ (hash >>> 16) ^ find(value).hash) >>> 0;
  const padded = new Uint8Array(alignUp(value.length, 4));
  padded.set(value);
  const words = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += 4) hash = (hash << 16) ^ (hash >>> 16) ^ words.getUint32(at, true);
  return hash >>> 0;
}
