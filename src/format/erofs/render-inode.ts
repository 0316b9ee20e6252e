// Renders inodes and the data after them.

import { type Node, TYPE_BITS } from '../../tree/index.js';
import { HOLE } from './chunk-index.js';
import type { ChunkForm } from './form.js';
import { compactInode, type DataLayout, extendedInode, inodeFormat } from './inode.js';
import { xattrWords } from './xattr.js';

/** Fields of an inode, in addition to the attributes of its entry. */
export interface InodeFacts {
  /** {@link compactInode} or {@link extendedInode}. */
  readonly inodeSize: number;
  readonly layout: DataLayout;
  /** Bytes of the content, listing or target. */
  readonly size: number;
  /** Block, block count, device or chunk format, by the layout. */
  readonly data: number;
  readonly links: number;
  readonly number: number;
}

/** Writes an inode and its attributes at the start of `bytes`. Returns the byte after them. */
export function putInode(node: Node, facts: InodeFacts, xattrs: Uint8Array, bytes: Uint8Array): number {
  const isExtended = facts.inodeSize === extendedInode.size;
  const fields = {
    format: inodeFormat(isExtended, facts.layout),
    xattrWords: xattrWords(xattrs.length),
    mode: TYPE_BITS[node.kind] | node.mode,
    links: facts.links,
    size: facts.size,
    data: facts.data,
    number: facts.number,
    uid: node.uid,
    gid: node.gid,
    mtime: isExtended ? node.mtime.seconds : 0,
    mtimeNanoseconds: node.mtime.nanoseconds,
    dataHigh: 0,
  };
  (isExtended ? extendedInode : compactInode).encodeInto(fields, bytes, 0);
  bytes.set(xattrs, facts.inodeSize);
  return facts.inodeSize + xattrs.length;
}

/**
 * Writes the addresses of chunks at the start of `bytes`; the stored ones are contiguous from `block` on, `elsewhere` gives the
 * blocks of those that are stored with another file.
 */
export function putChunkAddresses(
  form: ChunkForm,
  block: number,
  bytes: Uint8Array,
  elsewhere: (chunk: number) => number | undefined,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const perChunk = 2 ** form.chunkLog;
  let next = block;
  let range = 0;
  for (let chunk = 0; chunk < form.chunks; chunk++) {
    const at = chunk * form.chunkSize;
    while (range < form.stored.length && at >= form.stored[range]!.at + form.stored[range]!.length) range++;
    const isStored = range < form.stored.length && at >= form.stored[range]!.at;
    view.setUint32(chunk * 4, isStored ? next : (elsewhere(chunk) ?? HOLE), true);
    if (isStored) next += perChunk;
  }
}
