// Directory blocks: entries back to back, a checksum in the last 12 bytes (kernel documentation,
// "Directory Entries", "Linear Directories").

import { type ByteString, crc32c } from '../../bytes/index.js';
import type { Node } from '../../tree/index.js';
import type { Seed } from './checksum.js';

/** Longest name in bytes. */
export const MAX_NAME = 255;
/** Bytes at the end of each block that hold the checksum, dressed as an unused entry. */
const TAIL_SIZE = 12;

const HEADER = 8;
const TAIL_TYPE = 0xde;
/** 16 bits do not hold the length of a record that fills the largest block; this is written instead. */
const WHOLE_LARGEST_BLOCK = 0xffff;
const DOT = '.' as ByteString;
const DOT_DOT = '..' as ByteString;

/** The type in an entry of each kind. */
export const DIRENT_TYPES: Readonly<Record<Node['kind'], number>> = {
  file: 1,
  directory: 2,
  'character-device': 3,
  'block-device': 4,
  fifo: 5,
  socket: 6,
  symlink: 7,
};

/** One name in a directory. */
export interface Dirent {
  readonly ino: number;
  readonly name: ByteString;
  readonly kind: Node['kind'];
}

/** Bytes of a directory block that entries can take. */
export function direntSpace(blockSize: number, summed: boolean): number {
  return summed ? blockSize - TAIL_SIZE : blockSize;
}

/** Bytes an entry takes at least. */
export function direntSize(nameLength: number): number {
  return (HEADER + nameLength + 3) & ~3;
}

/** `.` and `..` of a directory. */
export function dotEntries(self: number, parent: number): Dirent[] {
  return [
    { ino: self, name: DOT, kind: 'directory' },
    { ino: parent, name: DOT_DOT, kind: 'directory' },
  ];
}

/** Writes one entry whose record is `length` bytes long. */
export function writeDirent(block: Uint8Array, at: number, entry: Dirent, length: number): void {
  const { ino, name, kind } = entry;
  writeHeader(block, at, ino, length, name.length, DIRENT_TYPES[kind]);
  for (let i = 0; i < name.length; i++) block[at + HEADER + i] = name.charCodeAt(i);
}

/** Writes an unused record. */
export function writeUnused(block: Uint8Array, at: number, length: number): void {
  writeHeader(block, at, 0, length, 0, 0);
}

function writeHeader(block: Uint8Array, at: number, ino: number, length: number, nameLength: number, type: number) {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  view.setUint32(at, ino, true);
  view.setUint16(at + 4, Math.min(length, WHOLE_LARGEST_BLOCK), true);
  view.setUint8(at + 6, nameLength);
  view.setUint8(at + 7, type);
}

/** How many blocks `.`, `..` and names of these lengths take back to back, with checksums or without. */
export function linearBlocks(names: Iterable<ByteString>, blockSize: number, summed = true): number {
  const capacity = direntSpace(blockSize, summed);
  let blocks = 1;
  let used = direntSize(1) + direntSize(2);
  for (const name of names) {
    const size = direntSize(name.length);
    if (used + size > capacity) {
      blocks++;
      used = 0;
    }
    used += size;
  }
  return blocks;
}

/** Entries in their order as `blocks` blocks; blocks after the last entry are empty. `seed` is that of the inode. */
export function renderLinear(entries: Iterable<Dirent>, blocks: number, blockSize: number, seed: Seed): Uint8Array {
  const capacity = direntSpace(blockSize, seed !== undefined);
  const bytes = new Uint8Array(blocks * blockSize);
  const iterator = entries[Symbol.iterator]();
  let step = iterator.next();
  for (let index = 0; index < blocks; index++) {
    const batch: Dirent[] = [];
    let used = 0;
    for (; !step.done; step = iterator.next()) {
      const size = direntSize(step.value.name.length);
      if (used + size > capacity) break;
      used += size;
      batch.push(step.value);
    }
    renderLeaf(batch, bytes.subarray(index * blockSize, (index + 1) * blockSize), seed);
  }
  return bytes;
}

/** One directory block: the last record reaches to the checksum, or to the end. */
export function renderLeaf(entries: readonly Dirent[], block: Uint8Array, seed: Seed): void {
  const end = direntSpace(block.length, seed !== undefined);
  writeRecords(entries, block, 0, end);
  if (seed === undefined) return;
  writeHeader(block, end, 0, TAIL_SIZE, 0, TAIL_TYPE);
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  view.setUint32(end + 8, crc32c(seed, block, 0, end), true);
}

/** Entries from byte `from`: the last record reaches to `end`; without entries an unused record does. */
export function writeRecords(entries: readonly Dirent[], area: Uint8Array, from: number, end: number): void {
  if (entries.length === 0) writeUnused(area, from, end - from);
  let at = from;
  for (const [index, entry] of entries.entries()) {
    const length = index === entries.length - 1 ? end - at : direntSize(entry.name.length);
    writeDirent(area, at, entry, length);
    at += length;
  }
}
