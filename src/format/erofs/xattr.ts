// Extended attributes (kernel documentation, "Extended attributes"): a head after the inode, the numbers of shared attributes,
// then the other attributes of the inode. Each starts at a multiple of 4 bytes.

import { alignUp, type ByteString, fromText, reserved, struct, u8, u16le, u32le } from '../../bytes/index.js';
import { XATTR_UNIT } from './superblock.js';

/** Followed by `sharedCount` numbers of 32 bits: places from the superblock's `xattrBlock` on, in units of 4 bytes. */
export const xattrHead = struct('EROFS xattr head', 12, {
  /** A bit of 1 means that no attribute has the hash of the bit; 0 means nothing. */
  nameFilter: u32le(0),
  sharedCount: u8(4),
  reserved5: reserved(5, 7),
});

/** Followed by the rest of the name and the value. */
export const xattrEntry = struct('EROFS xattr entry', 4, {
  nameLength: u8(0),
  /** A number of {@link XATTR_PREFIXES}, or {@link LONG_PREFIX} and the number of a long one. */
  prefix: u8(1),
  valueLength: u16le(2),
});

/** A long prefix: its length, then a number of {@link XATTR_PREFIXES} and what follows that prefix. */
export const longPrefix = struct('EROFS long xattr prefix', 3, { length: u16le(0), prefix: u8(2) });

/** Added to `prefix` of an entry whose prefix is a long one. */
export const LONG_PREFIX = 0x80;

/** Prefixes by their number. Those of access control lists are whole names. */
export const XATTR_PREFIXES: readonly (ByteString | undefined)[] = [
  '',
  'user.',
  'system.posix_acl_access',
  'system.posix_acl_default',
  'trusted.',
  undefined,
  'security.',
].map((prefix) => (prefix === undefined ? undefined : fromText(prefix)));

/** Number of the prefix of a name, and the rest of it; undefined for a name with another prefix. */
export function splitXattrName(name: ByteString): { readonly prefix: number; readonly suffix: ByteString } | undefined {
  for (const [number, prefix] of XATTR_PREFIXES.entries()) {
    if (!prefix || !name.startsWith(prefix)) continue;
    const suffix = name.slice(prefix.length) as ByteString;
    const isWhole = !prefix.endsWith('.');
    if (isWhole === (suffix === '')) return { prefix: number, suffix };
  }
  return undefined;
}

/** Size of an attribute. */
export function xattrSize(suffixLength: number, valueLength: number): number {
  return alignUp(xattrEntry.size + suffixLength + valueLength, XATTR_UNIT);
}

/** Writes an attribute at byte `at`. Returns the byte after it. */
export function putXattr(prefix: number, suffix: ByteString, value: Uint8Array, bytes: Uint8Array, at: number): number {
  xattrEntry.encodeInto({ nameLength: suffix.length, prefix, valueLength: value.length }, bytes, at);
  const nameAt = at + xattrEntry.size;
  for (let i = 0; i < suffix.length; i++) bytes[nameAt + i] = suffix.charCodeAt(i);
  bytes.set(value, nameAt + suffix.length);
  return at + xattrSize(suffix.length, value.length);
}

/** `xattrWords` of an inode whose attributes take `size` bytes with their head; 0 for none. */
export function xattrWords(size: number): number {
  return size === 0 ? 0 : (size - xattrHead.size) / XATTR_UNIT + 1;
}

/** Inverse of {@link xattrWords}. */
export function xattrBytes(words: number): number {
  return words === 0 ? 0 : xattrHead.size + (words - 1) * XATTR_UNIT;
}
