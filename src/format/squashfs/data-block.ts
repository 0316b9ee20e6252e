// Data blocks, their size words, and the fragment table's entries (squashfs 4.0 format, "Data blocks and fragments").

import { reserved, struct, u32le, u64le, type Value } from '../../bytes/index.js';

/** Bytes; block sizes are powers of two. */
export const MIN_BLOCK_SIZE = 4096;
export const MAX_BLOCK_SIZE = 1024 * 1024;

/** Size word of a block of zeros, which has no bytes in the image. */
export const SPARSE_BLOCK = 0;
/** Fragment index of a file without one. */
export const NO_FRAGMENT = 0xffff_ffff;
const STORED = 0x0100_0000;

/** The word for the length of a block on disk and whether it is compressed. */
export function sizeWord(length: number, compressed: boolean): number {
  return compressed ? length : length | STORED;
}

/** A block that holds tails of many files. */
export const fragmentEntry = struct('squashfs fragment entry', 16, {
  at: u64le(0),
  sizeWord: u32le(8),
  unused: reserved(12, 4),
});
export type FragmentEntry = Value<typeof fragmentEntry>;

/** The value of a size word. */
export function sizeOfWord(word: number): { readonly length: number; readonly compressed: boolean } {
  return { length: lengthOfWord(word), compressed: isCompressed(word) };
}

/** Bytes on disk. */
export function lengthOfWord(word: number): number {
  return word & 0x00ff_ffff;
}

/** Whether a block with this word has to be decompressed. */
export function isCompressed(word: number): boolean {
  return (word & STORED) === 0;
}
