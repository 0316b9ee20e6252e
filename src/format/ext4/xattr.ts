// Extended attributes, after the fixed fields of an inode or in a separate block that inodes may share (kernel
// documentation, "Extended Attributes").

import {
  alignUp,
  type ByteString,
  byteStringOf,
  crc32c,
  crc32cWord,
  reserved,
  struct,
  u8,
  u16le,
  u32le,
} from '../../bytes/index.js';
import { InternalError, InvalidImageError } from '../../errors.js';
import type { Xattr } from '../../tree/index.js';
import { diskAcl } from './acl.js';
import type { Seed } from './checksum.js';

/** Longest value that Linux knows, in bytes. */
export const LARGEST_VALUE = 65_536;
/** Most inodes that may share one xattr block. */
export const MAX_SHARERS = 1024;

const MAGIC = 0xea020000;
const BLOCK_HEADER = 32;
const INODE_HEADER = 4;
const ENTRY = 16;
const TERMINATOR = 4;

const entryFields = struct('ext4 xattr entry', ENTRY, {
  nameLength: u8(0x0),
  prefix: u8(0x1),
  valueAt: u16le(0x2),
  valueInode: u32le(0x4),
  valueLength: u32le(0x8),
  hash: u32le(0xc),
});

const blockHeader = struct('ext4 xattr block header', BLOCK_HEADER, {
  magic: u32le(0x00),
  sharers: u32le(0x04),
  blocks: u32le(0x08),
  hash: u32le(0x0c),
  checksum: u32le(0x10),
  reserved14: reserved(0x14, 12),
});

const PREFIXES: readonly (readonly [prefix: string, index: number])[] = [
  ['user.', 1],
  ['trusted.', 4],
  ['security.', 6],
];
const ACLS: Readonly<Record<string, number>> = {
  'system.posix_acl_access': 2,
  'system.posix_acl_default': 3,
};

/** An attribute as it is stored: a number for the start of its name, and the rest. */
export interface StoredXattr {
  readonly prefix: number;
  readonly name: ByteString;
  readonly value: Uint8Array;
  /** The value is in a separate inode (ea_inode). */
  readonly external?: true;
}

/** Where an external value is: its inode, and the checksum of the value. */
export interface ValuePlace {
  readonly ino: number;
  readonly hash: number;
}
export type FindValue = (value: Uint8Array) => ValuePlace;

const SYSTEM_PREFIX = 7;

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

const entrySize = (xattr: StoredXattr) => entrySpace(xattr.name.length);
const valueSize = (xattr: StoredXattr) => (xattr.external ? 0 : alignUp(xattr.value.length, 4));

/** Bytes in addition to entries and values: in an inode, and in a block. */
export const OVERHEAD = { inode: INODE_HEADER + TERMINATOR, block: BLOCK_HEADER + TERMINATOR } as const;

/** Bytes of an entry with a name of this length. */
export function entrySpace(nameLength: number): number {
  return alignUp(ENTRY + nameLength, 4);
}

/** Bytes of an attribute: its entry and its value, unless that is in an inode. */
export function spaceOf(xattr: StoredXattr): number {
  return entrySize(xattr) + valueSize(xattr);
}

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
  const place = crc32cWord(crc32cWord(seed, block % 0x1_0000_0000), Math.floor(block / 0x1_0000_0000));
  blockHeader.encodeInto({ ...header, checksum: crc32c(place, bytes) }, bytes, 0);
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
    end -= valueSize(xattr);
    if (!xattr.external) area.set(value, end);
    const valueAt = xattr.external || value.length === 0 ? 0 : end;
    const valueInode = xattr.external ? find(value).ino : 0;
    const fields = { nameLength: name.length, prefix, valueAt, valueInode, valueLength: value.length };
    entryFields.encodeInto({ ...fields, hash: hashOf(xattr) }, area, at);
    for (let i = 0; i < name.length; i++) area[at + ENTRY + i] = name.charCodeAt(i);
    at += entrySize(xattr);
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

/** One attribute as it is on the disk. */
export interface FoundXattr {
  readonly name: ByteString;
  /** Its value, unless that is in an inode. */
  readonly value: Uint8Array;
  /** Inode of the value, 0 without. */
  readonly valueInode: number;
  readonly valueLength: number;
}

/** Prefixes that other writers know too; of 7 only `system.data` is common, which is not an attribute but data. */
/** Of what Linux keeps for itself and shows nobody: rich ACLs, encryption, Hurd, verity. */
const HIDDEN_PREFIXES: readonly number[] = [8, 9, 10, 11];
const READ_PREFIXES: ReadonlyMap<number, string> = new Map([
  ...PREFIXES.map(([text, index]) => [index, text] as const),
  ...Object.entries(ACLS).map(([text, index]) => [index, text] as const),
  [SYSTEM_PREFIX, 'system.'],
  [8, 'system.richacl'],
  [10, 'gnu.'],
]);

/**
 * The attributes after the fixed fields of an inode; none where no header says there are. Throws
 * {@link InvalidImageError} for entries outside `space`.
 */
export function readInInode(space: Uint8Array): FoundXattr[] {
  if (space.length < INODE_HEADER + TERMINATOR) return [];
  if (new DataView(space.buffer, space.byteOffset).getUint32(0, true) !== MAGIC) return [];
  return readEntries(space.subarray(INODE_HEADER), 0);
}

/** The attributes of an xattr block that is at block number `block`; its checksum must be right if there is a seed. */
export function readXattrBlock(bytes: Uint8Array, block: number, seed: Seed): FoundXattr[] {
  const { magic, blocks, checksum } = blockHeader.decode(bytes);
  if (magic !== MAGIC || blocks !== 1) damaged(`Block ${block} holds no extended attributes.`);
  if (seed !== undefined) {
    const own = bytes.slice();
    own.fill(0, 0x10, 0x14);
    const place = crc32cWord(crc32cWord(seed, block % 0x1_0000_0000), Math.floor(block / 0x1_0000_0000));
    if (crc32c(place, own) !== checksum) damaged(`The checksum of the attributes in block ${block} is wrong.`);
  }
  return readEntries(bytes, BLOCK_HEADER);
}

function readEntries(area: Uint8Array, from: number): FoundXattr[] {
  const found: FoundXattr[] = [];
  let left = area.length;
  for (
    let at = from;
    at + TERMINATOR <= area.length && area.subarray(at, at + TERMINATOR).some((byte) => byte !== 0);
  ) {
    const { nameLength, prefix, valueAt, valueInode, valueLength } = entryFields.decode(area, at);
    const start = READ_PREFIXES.get(prefix);
    const end = at + ENTRY + nameLength;
    // Values do not overlap: together they are no longer than their space.
    left -= valueInode === 0 ? valueLength : 0;
    const outside = end > area.length || (valueInode === 0 && valueAt + valueLength > area.length);
    if (outside || left < 0) damaged('An extended attribute is outside the area of attributes.');
    if (start === undefined && !HIDDEN_PREFIXES.includes(prefix)) {
      damaged(`No extended attribute begins with prefix number ${prefix}.`);
    }
    if (start !== undefined) {
      const name = (start + byteStringOf(area.subarray(at + ENTRY, end))) as ByteString;
      const value = valueInode === 0 ? area.slice(valueAt, valueAt + valueLength) : new Uint8Array(0);
      found.push({ name, value, valueInode, valueLength });
    }
    at += entrySpace(nameLength);
  }
  return found;
}

function damaged(message: string): never {
  throw new InvalidImageError('ext4.xattr', message);
}
