// The names in a directory that is read: every block from front to back. The index of a directory looks like unused
// entries, so an indexed one reads the same (kernel documentation, "Directory Entries").

import { type ByteString, byteStringOf, crc32c } from '../../bytes/index.js';
import { direntSize } from './dirent.js';
import { indexEntriesAt, isIndexSealed } from './htree.js';
import { BLOCK_FIELD_SIZE, INDEX_FLAG } from './inode.js';
import { directoryExtents } from './read-blocks.js';
import { damaged } from './read-superblock.js';
import type { FoundInode, Volume } from './read-volume.js';

const HEADER = 8;
const TAIL = 12;
const LARGEST_RECORD = 0x10000;

export interface Name {
  readonly name: ByteString;
  readonly ref: number;
}

/** All names but `.` and `..` in their stored order. */
export async function namesIn(volume: Volume, found: FoundInode, size: number): Promise<Name[]> {
  const names: Name[] = [];
  for (const { block, length } of await directoryExtents(volume, found, size)) {
    for (let index = 0; index < length; index++) {
      const bytes = await volume.block(block + index);
      checkBlock(bytes, found);
      readRecords(bytes, found.ino, names);
    }
  }
  return names;
}

/** The names in a directory that is in its inode: after the number of its parent, and in `rest`. */
export function inlineNames({ ino, fields }: FoundInode, rest: Uint8Array): Name[] {
  const names: Name[] = [];
  readRecords(fields.block.subarray(4, BLOCK_FIELD_SIZE), ino, names);
  readRecords(rest, ino, names);
  return names;
}

function readRecords(bytes: Uint8Array, ino: number, names: Name[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    if (at + HEADER > bytes.length) broken(ino);
    const target = view.getUint32(at, true);
    const length = recordLength(view.getUint16(at + 4, true), bytes.length);
    const nameLength = view.getUint8(at + 6);
    if (length < HEADER || length % 4 !== 0 || at + length > bytes.length) broken(ino);
    if (target !== 0) {
      if (HEADER + nameLength > length) broken(ino);
      const name = byteStringOf(bytes.subarray(at + HEADER, at + HEADER + nameLength));
      if (name === '' || name.includes('/') || name.includes('\0')) broken(ino);
      if (name !== '.' && name !== '..') names.push({ name, ref: target });
    }
    at += length;
  }
}

/** Length of a record as stored in a block of `blockSize` bytes. 16 bits do not hold 65536, the length of a record that fills the largest block. */
export function recordLength(stored: number, blockSize: number): number {
  if (blockSize < LARGEST_RECORD) return stored;
  return stored === 0 || stored === 0xffff ? LARGEST_RECORD : (stored & 0xfffc) | ((stored & 3) << 16);
}

/** Throws {@link InvalidImageError} for a wrong checksum. Blocks of names end in one; those of an index have theirs after its entries. */
export function checkBlock(
  bytes: Uint8Array,
  { ino, seed, fields }: Pick<FoundInode, 'ino' | 'seed'> & { readonly fields: Pick<FoundInode['fields'], 'flags'> },
): void {
  if (seed === undefined) return;
  const view = new DataView(bytes.buffer);
  const lengthAt = (at: number) => recordLength(view.getUint16(at + 4, true), bytes.length);
  const isIndexed = (fields.flags & INDEX_FLAG) !== 0;
  const entries = isIndexed
    ? indexEntriesAt(bytes.length, lengthAt(0), lengthAt(direntSize(1)), view.getUint32(0, true) === 0)
    : undefined;
  const end = bytes.length - TAIL;
  const isSealed =
    entries === undefined
      ? view.getUint32(end + 8, true) === crc32c(seed, bytes, 0, end)
      : isIndexSealed(bytes, entries, seed);
  if (!isSealed) damaged('directory', `The checksum of a block of directory ${ino} is wrong.`);
}

function broken(ino: number): never {
  damaged('directory', `An entry of directory ${ino} is damaged.`);
}
