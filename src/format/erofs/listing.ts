// The listing of a directory: its entries, `.` and `..` in order, in blocks. All blocks except the last count as full.

import type { ByteString } from '../../bytes/index.js';
import { direntSize, type NamedDirent, putDirectoryBlock } from './dirent.js';

const DOT = '.' as ByteString;
const DOTS = '..' as ByteString;

/** The sorted names of a directory's entries, including `.` and `..`. */
export function* namesWithDots(names: Iterable<ByteString>): Generator<ByteString> {
  const dots = [DOT, DOTS];
  for (const name of names) {
    while (dots.length > 0 && dots[0]! < name) yield dots.shift()!;
    yield name;
  }
  yield* dots;
}

/** Size of a listing. */
export function listingSize(names: Iterable<ByteString>, blockSize: number): number {
  let whole = 0;
  let used = 0;
  for (const name of namesWithDots(names)) {
    const size = direntSize(name);
    if (used + size > blockSize) {
      whole += blockSize;
      used = 0;
    }
    used += size;
  }
  return whole + used;
}

/** Renders a listing of `size` bytes; `entryOf` gives the inode and type of a name. */
export function renderListing(
  names: Iterable<ByteString>,
  entryOf: (name: ByteString) => NamedDirent,
  size: number,
  blockSize: number,
): Uint8Array {
  const bytes = new Uint8Array(size);
  let block: NamedDirent[] = [];
  let used = 0;
  let at = 0;
  for (const name of namesWithDots(names)) {
    const length = direntSize(name);
    if (used + length > blockSize) {
      putDirectoryBlock(block, bytes, at);
      at += blockSize;
      block = [];
      used = 0;
    }
    block.push(entryOf(name));
    used += length;
  }
  putDirectoryBlock(block, bytes, at);
  return bytes;
}
