// Extended attributes as they are on the disk, their values not yet fetched.

import { type ByteString, byteStringOf, crc32c } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import type { Seed } from './checksum.js';
import {
  ACLS,
  BLOCK_HEADER,
  blockHeader,
  blockSeed,
  ENTRY,
  entryFields,
  entrySpace,
  INODE_HEADER,
  MAGIC,
  PREFIXES,
  SYSTEM_PREFIX,
  TERMINATOR,
} from './xattr.js';

/** One attribute as it is on the disk. */
export interface FoundXattr {
  readonly name: ByteString;
  /** Its value, unless that is in an inode. */
  readonly value: Uint8Array;
  /** Inode of the value, 0 without. */
  readonly valueInode: number;
  readonly valueLength: number;
}

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
    if (crc32c(blockSeed(seed, block), own) !== checksum)
      damaged(`The checksum of the attributes in block ${block} is wrong.`);
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
