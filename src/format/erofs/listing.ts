// The listing of a directory: its entries and the two dots in order, in as many blocks as they need. All blocks but the last
// count whole.

import type { ByteString } from '../../bytes/index.js';
import { direntSize, type NamedDirent, putDirectoryBlock } from './dirent.js';

const DOT = '.' as ByteString;
const DOTS = '..' as ByteString;

/** The names of a directory's entries, which are in order, with `.` and `..` at their places among them. */
export function* namesWithDots(names: Iterable<ByteString>): Generator<ByteString> {
  const dots = [DOT, DOTS];
  for (const name of names) {
    while (dots.length > 0 && dots[0]! < name) yield dots.shift()!;
    yield name;
  }
  yield* dots;
}

/** Bytes of a listing. */
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

/** Renders a listing of `size` bytes; `entryOf` says what a name stands for. */
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
