// Directory listings (squashfs 4.0 format, "Directory table"): runs of entries after a header they share.

import { type ByteString, i16le, struct, u16le, u32le } from '../../bytes/index.js';

/** Entries that follow share the inode table's metadata block and have inode numbers near `number`. */
export const directoryHeader = struct('squashfs directory header', 12, {
  /** How many entries follow, minus one. */
  lastEntry: u32le(0),
  inodeBlock: u32le(4),
  number: u32le(8),
});

/** Followed by the name. */
export const directoryEntry = struct('squashfs directory entry', 8, {
  /** Of the inode in its metadata block's content. */
  offset: u16le(0),
  /** Inode number minus the header's. */
  delta: i16le(2),
  /** The basic type, also for an extended inode. */
  type: u16le(4),
  /** Length of the name, minus one. */
  nameLength: u16le(6),
});

/** Most entries after one header. */
export const HEADER_ENTRIES = 256;
/** Difference between the size field and the length of a listing: readers count "." and ".." as three bytes. */
export const LISTING_SIZE_BIAS = 3;
/** The format could take 256; no Linux system could look such a name up. */
export const MAX_NAME = 255;

/** One entry, ready to be listed. */
export interface Listed {
  readonly name: ByteString;
  readonly number: number;
  readonly type: number;
  readonly inodeBlock: number;
  readonly inodeOffset: number;
}

/** A point where a reader may enter a listing: a header `at` bytes from the listing's start, and the name after it. */
export interface ListingMark {
  readonly at: number;
  readonly name: ByteString;
}

export interface Listing {
  /** A part of the memory that was given. */
  readonly bytes: Uint8Array;
  /** One for each boundary of `window` bytes that the listing crosses. */
  readonly marks: readonly ListingMark[];
}

/**
 * Renders entries, sorted by name, as a listing that will start `start` bytes into a window of `window` bytes; `memory` has room for
 * {@link listingLimit} bytes. Whenever it continues in the next window there is a new header, so that every window can be entered by
 * itself.
 */
export function renderListing(entries: Iterable<Listed>, memory: Uint8Array, start: number, window: number): Listing {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.length);
  const marks: ListingMark[] = [];
  let length = 0;
  let run: { readonly at: number; readonly first: Listed; count: number } | undefined;
  const endRun = () => {
    if (!run) return;
    const { first, count } = run;
    const header = { lastEntry: count - 1, inodeBlock: first.inodeBlock, number: first.number };
    directoryHeader.encodeThrough(header, view, run.at);
  };
  let entered = Math.floor(start / window);
  for (const entry of entries) {
    const here = Math.floor((start + length) / window);
    if (!run || here !== entered || !sharesHeader(run.first, run.count, entry)) {
      endRun();
      if (here !== entered) marks.push({ at: length, name: entry.name });
      entered = here;
      run = { at: length, first: entry, count: 0 };
      length += directoryHeader.size;
    }
    run.count++;
    length += putEntry(entry, run.first, view, length);
  }
  endRun();
  return { bytes: memory.subarray(0, length), marks };
}

/** Most bytes a listing of these names can take: each entry after a separate header. */
export function listingLimit(names: Iterable<ByteString>): number {
  let limit = 0;
  for (const name of names) limit += directoryHeader.size + directoryEntry.size + name.length;
  return limit;
}

function sharesHeader(first: Listed, count: number, entry: Listed): boolean {
  const delta = entry.number - first.number;
  return count < HEADER_ENTRIES && entry.inodeBlock === first.inodeBlock && delta >= -0x8000 && delta <= 0x7fff;
}

function putEntry({ name, type, number, inodeOffset }: Listed, first: Listed, view: DataView, at: number): number {
  const head = { offset: inodeOffset, delta: number - first.number, type, nameLength: name.length - 1 };
  directoryEntry.encodeThrough(head, view, at);
  for (let i = 0; i < name.length; i++) view.setUint8(at + directoryEntry.size + i, name.charCodeAt(i));
  return directoryEntry.size + name.length;
}
