// Extended attributes, after the fixed fields of an inode or in a separate block that inodes may share (kernel
// documentation, "Extended Attributes").

import { alignUp, type ByteString, crc32cWord, reserved, struct, u8, u16le, u32le } from '../../bytes/index.js';
import type { Xattr } from '../../tree/index.js';
import { diskAcl } from './acl.js';

/** Longest value that Linux knows, in bytes. */
export const LARGEST_VALUE = 65_536;
/** Most inodes that may share one xattr block. */
export const MAX_SHARERS = 1024;

export const MAGIC = 0xea020000;
export const BLOCK_HEADER = 32;
export const INODE_HEADER = 4;
export const ENTRY = 16;
export const TERMINATOR = 4;

export const entryFields = struct('ext4 xattr entry', ENTRY, {
  nameLength: u8(0x0),
  prefix: u8(0x1),
  valueAt: u16le(0x2),
  valueInode: u32le(0x4),
  valueLength: u32le(0x8),
  hash: u32le(0xc),
});

export const blockHeader = struct('ext4 xattr block header', BLOCK_HEADER, {
  magic: u32le(0x00),
  sharers: u32le(0x04),
  blocks: u32le(0x08),
  hash: u32le(0x0c),
  checksum: u32le(0x10),
  reserved14: reserved(0x14, 12),
});

/** Numbers of the starts of names that Linux stores. */
export const PREFIXES: readonly (readonly [prefix: string, index: number])[] = [
  ['user.', 1],
  ['trusted.', 4],
  ['security.', 6],
];
/** Numbers of whole names. */
export const ACLS: Readonly<Record<string, number>> = {
  'system.posix_acl_access': 2,
  'system.posix_acl_default': 3,
};

/** `system.`: of it only `system.data` is in use, which is data and not an attribute. */
export const SYSTEM_PREFIX = 7;

/** An attribute as it is stored: a number for the start of its name, and the rest. */
export interface StoredXattr {
  readonly prefix: number;
  readonly name: ByteString;
  readonly value: Uint8Array;
  /** The value is in a separate inode (ea_inode). */
  readonly external?: true;
}

/** `system.data`: inline data beyond the inode's block field. */
export function inlineDataXattr(value: Uint8Array): StoredXattr {
  return { prefix: SYSTEM_PREFIX, name: 'data' as ByteString, value };
}

/** The stored form; `unknown-namespace` if Linux cannot store it, `bad-acl` if the value is not an ACL. */
export function storedXattr(xattr: Xattr): StoredXattr | 'unknown-namespace' | 'bad-acl' {
  const acl = ACLS[xattr.name];
  if (acl !== undefined) {
    const value = diskAcl(xattr.value);
    return value ? { prefix: acl, name: '' as ByteString, value } : 'bad-acl';
  }
  for (const [text, prefix] of PREFIXES) {
    if (xattr.name.startsWith(text) && xattr.name.length > text.length) {
      return { prefix, name: xattr.name.slice(text.length) as ByteString, value: xattr.value };
    }
  }
  return 'unknown-namespace';
}

/** Bytes in addition to entries and values: in an inode, and in a block. */
export const OVERHEAD = { inode: INODE_HEADER + TERMINATOR, block: BLOCK_HEADER + TERMINATOR } as const;

/** Bytes of an entry with a name of this length. */
export function entrySpace(nameLength: number): number {
  return alignUp(ENTRY + nameLength, 4);
}

/** Bytes of an attribute: its entry and its value, unless that is in an inode. */
export function spaceOf(xattr: StoredXattr): number {
  return entrySpace(xattr.name.length) + valueSpace(xattr);
}

/** Bytes of its value where it is stored with its entry. */
export function valueSpace({ external, value }: StoredXattr): number {
  return external ? 0 : alignUp(value.length, 4);
}

/** The checksum of an attribute block starts with its place. */
export function blockSeed(seed: number, block: number): number {
  return crc32cWord(crc32cWord(seed, block % 0x1_0000_0000), Math.floor(block / 0x1_0000_0000));
}
