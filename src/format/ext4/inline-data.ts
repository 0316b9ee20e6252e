// Data in the inode itself: the first bytes in its block field, the rest as an attribute (kernel documentation, "Inline
// Data", "Inline Directories").

import type { Directory, Node } from '../../tree/index.js';
import { type Dirent, direntSize, writeRecords } from './dirent.js';
import { BLOCK_FIELD_SIZE } from './inode.js';
import { inlineDataXattr, type StoredXattr } from './xattr.js';
import { spareValueSpace } from './xattr-placement.js';

/** The number of its parent takes the place of a directory's `.` and `..`. */
const PARENT_SIZE = 4;
const BLOCK_FIELD_DIRENTS = BLOCK_FIELD_SIZE - PARENT_SIZE;

/** Data in its two parts. */
export interface InlineData {
  /** All of the block field. */
  readonly block: Uint8Array;
  readonly rest: Uint8Array;
}

/** Whether a node's data fits its inode together with all attributes. Short symbolic links have a separate form. */
export function fitsInline(node: Node, xattrs: readonly StoredXattr[], inodeSize: number): boolean {
  const rest = restSize(node);
  if (rest === undefined) return false;
  const { name } = inlineDataXattr(new Uint8Array(0));
  const spare = spareValueSpace(xattrs, inodeSize, name.length);
  return spare >= 0 && rest <= spare - (spare % 4);
}

/** Bytes of data after the block field; undefined for nodes that are never inline. */
function restSize(node: Node): number | undefined {
  if (node.kind === 'directory') return direntsBehind(node);
  if (node.kind === 'symlink') {
    return node.target.length < BLOCK_FIELD_SIZE ? undefined : node.target.length - BLOCK_FIELD_SIZE;
  }
  if (node.kind !== 'file' || node.content.size === 0) return undefined;
  return Math.max(0, node.content.size - BLOCK_FIELD_SIZE);
}

/** Bytes of the entries for which the block field has no room. */
function direntsBehind({ entries }: Directory): number {
  let free = BLOCK_FIELD_DIRENTS;
  let behind = 0;
  for (const name of entries.keys()) {
    const size = direntSize(name.length);
    // In order: entries after one that did not fit do not move before it.
    if (behind === 0 && size <= free) free -= size;
    else behind += size;
  }
  return behind;
}

/** A file's bytes, or a symlink's. */
export function inlineBytes(data: Uint8Array): InlineData {
  const block = new Uint8Array(BLOCK_FIELD_SIZE);
  block.set(data.subarray(0, BLOCK_FIELD_SIZE));
  return { block, rest: data.slice(BLOCK_FIELD_SIZE) };
}

/** The entries of a directory. `parent`: the inode of the directory above. */
export function inlineDirectory(node: Directory, dirents: Iterable<Dirent>, parent: number): InlineData {
  const block = new Uint8Array(BLOCK_FIELD_SIZE);
  new DataView(block.buffer).setUint32(0, parent, true);
  const rest = new Uint8Array(direntsBehind(node));
  const first: Dirent[] = [];
  const behind: Dirent[] = [];
  let free = BLOCK_FIELD_DIRENTS;
  for (const dirent of dirents) {
    const size = direntSize(dirent.name.length);
    if (behind.length === 0 && size <= free) {
      free -= size;
      first.push(dirent);
    } else behind.push(dirent);
  }
  writeRecords(first, block, PARENT_SIZE, block.length);
  if (behind.length > 0) writeRecords(behind, rest, 0, rest.length);
  return { block, rest };
}
