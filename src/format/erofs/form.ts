// The forms of entries without compression, and the choice between them.

import { alignUp, divCeil } from '../../bytes/index.js';
import { type ExactContent, NO_HOLES, type Range } from '../../io/index.js';
import type { Node } from '../../tree/index.js';
import { chunkAddress } from './chunk-index.js';
import { compactInode, extendedInode } from './inode.js';
import type { ResolvedOptions } from './options.js';

/** Bytes stored without an index. */
export interface FlatForm {
  readonly kind: 'flat';
  /** Data blocks. */
  readonly blocks: number;
  /** Bytes of the end that follow the inode; 0 if all bytes are in blocks. */
  readonly tail: number;
}

/** A file whose holes take no space. */
export interface ChunkForm {
  readonly kind: 'chunks';
  /** Blocks of a chunk, a power of two. */
  readonly chunkLog: number;
  readonly chunkSize: number;
  readonly chunks: number;
  /** Runs of chunks that are stored, as ranges of the content. */
  readonly stored: readonly Range[];
  /** Data blocks. */
  readonly blocks: number;
}

export type Form = FlatForm | ChunkForm;

const MAX_U16 = 0xffff;
const MAX_U32 = 0xffff_ffff;

/** Size of an inode alone. `links` and `size` are those of the entry. */
export function inodeSize(node: Node, links: number, size: number, options: ResolvedOptions): number {
  const { inodes, epoch } = options;
  if (inodes === 'extended') return extendedInode.size;
  const isSmall = node.uid <= MAX_U16 && node.gid <= MAX_U16 && links <= MAX_U16 && size <= MAX_U32;
  const isTimely = node.mtime.seconds === epoch.seconds && node.mtime.nanoseconds === epoch.nanoseconds;
  return isSmall && (isTimely || inodes === 'compact') ? compactInode.size : extendedInode.size;
}

/** The form of bytes without holes. `head` is the size of the inode with its attributes; `mayInline` may forbid a tail. */
export function flatForm(size: number, head: number, mayInline: boolean, blockSize: number): FlatForm {
  const tail = size % blockSize;
  const inline = mayInline && tail > 0 && alignUp(head, 4) + tail <= blockSize;
  return {
    kind: 'flat',
    blocks: inline ? (size - tail) / blockSize : divCeil(size, blockSize),
    tail: inline ? tail : 0,
  };
}

/** The form of a file; `mayInline` may forbid a tail, `isOwn` says which chunks are stored with this file. */
export function fileForm(
  content: ExactContent,
  head: number,
  mayInline: boolean,
  options: ResolvedOptions,
  isOwn?: (chunk: number) => boolean,
): Form {
  const { blockSize, sparse, inlineData, chunkLog } = options;
  const holes = sparse ? content.holes : NO_HOLES;
  if (chunkLog !== undefined && isChunked(content.size, blockSize)) {
    return chunksOf(content.size, holes, chunkLog, blockSize, isOwn);
  }
  const chunks = holes.length > 0 ? smallestChunks(content.size, holes, blockSize) : undefined;
  return chunks ?? flatForm(content.size, head, inlineData && mayInline, blockSize);
}

/** Whether a file gets chunks where all files may have them: in a single block they would save nothing. */
export function isChunked(size: number, blockSize: number): boolean {
  return size > blockSize;
}

/** Sizes of chunks to choose from: as powers of two, in blocks. */
const MAX_CHUNK_LOG = 20;

/** The chunk size that takes the least space; undefined if chunks save none. */
function smallestChunks(size: number, holes: readonly Range[], blockSize: number): ChunkForm | undefined {
  let best: ChunkForm | undefined;
  let bestSize = divCeil(size, blockSize) * blockSize;
  for (let chunkLog = 0; chunkLog <= MAX_CHUNK_LOG; chunkLog++) {
    const form = chunksOf(size, holes, chunkLog, blockSize);
    const taken = form.blocks * blockSize + form.chunks * chunkAddress.size;
    if (taken < bestSize) {
      bestSize = taken;
      best = form;
    }
    if (form.chunks === 1) break;
  }
  return best;
}

function chunksOf(
  size: number,
  holes: readonly Range[],
  chunkLog: number,
  blockSize: number,
  isOwn?: (chunk: number) => boolean,
): ChunkForm {
  const chunkSize = blockSize * 2 ** chunkLog;
  const outsideHoles = storedRanges(size, holes, chunkSize);
  const stored = isOwn ? ownRanges(outsideHoles, chunkSize, isOwn) : outsideHoles;
  const blocks = stored.reduce((sum, { length }) => sum + divCeil(length, blockSize), 0);
  return { kind: 'chunks', chunkLog, chunkSize, chunks: divCeil(size, chunkSize), stored, blocks };
}

/** The chunks that are not entirely in holes. */
function storedRanges(size: number, holes: readonly Range[], chunkSize: number): Range[] {
  const ranges: Range[] = [];
  let at = 0;
  for (const hole of holes) {
    const end = hole.at + hole.length;
    const from = alignUp(hole.at, chunkSize);
    const to = end === size ? size : end - (end % chunkSize);
    if (to <= from) continue;
    if (from > at) ranges.push({ at, length: from - at });
    at = to;
  }
  if (at < size) ranges.push({ at, length: size - at });
  return ranges;
}

/** The parts of ranges of chunks whose chunks are stored here. */
function ownRanges(ranges: readonly Range[], chunkSize: number, isOwn: (chunk: number) => boolean): Range[] {
  const own: { at: number; length: number }[] = [];
  for (const { at, length } of ranges) {
    for (let done = 0; done < length; done += chunkSize) {
      const part = { at: at + done, length: Math.min(chunkSize, length - done) };
      if (!isOwn(part.at / chunkSize)) continue;
      const last = own.at(-1);
      if (last && last.at + last.length === part.at) last.length += part.length;
      else own.push(part);
    }
  }
  return own;
}

/** Bytes between the inode with its attributes and a list of addresses. */
export function addressListGap(head: number): number {
  return alignUp(head, chunkAddress.size) - head;
}
