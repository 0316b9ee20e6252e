// Makes the index of a compressed file from the extents of a compressor.

import { alignUp, divCeil } from '../../bytes/index.js';
import type { PackedExtent } from '../../compress/index.js';
import type { Cluster } from './cluster.js';
import { type CompactForm, compactIndexSize, putCompactIndex } from './compact-index.js';
import { Algorithm } from './compression-config.js';
import { clusterIndex, putFullIndex } from './full-index.js';
import { DataLayout } from './inode.js';
import {
  FULL_INDEX_GAP,
  MAP_HEADER_ALIGNMENT,
  MapAdvice,
  type MapHeader,
  mapHeader,
  WHOLE_FRAGMENT,
} from './map-header.js';
import type { ResolvedOptions } from './options.js';

/** An extent and its place. */
export interface PlacedExtent extends PackedExtent {
  /** The first block of its data, if it does not follow that of the extent before. */
  readonly block?: number;
}

/** A compressed content: its index, which follows an inode. */
export interface CompressedContent {
  /** Data blocks. */
  readonly blocks: number;
  readonly layout: DataLayout;
  /** Bytes from the end of the inode with its attributes, `head` bytes long, to the end of the index. */
  size(head: number): number;
  /** Writes them at the start of `bytes`, the inode with its attributes having `head` bytes. */
  put(head: number, bytes: Uint8Array): void;
}

/** The input of an index. */
export interface IndexedFile {
  readonly extents: readonly PlacedExtent[];
  /** Bytes of the file. */
  readonly size: number;
  /** First block of the extents' data. */
  readonly firstBlock: number;
  /** The data of the last extent if it follows the index; otherwise empty. */
  readonly tail: Uint8Array;
  /** Where the last extent starts in the hidden file of fragments, if it is there. */
  readonly fragment?: number | undefined;
}

/** Places in the hidden file of fragments have 32 bits, the high ones only in full indexes. */
const HIGH = 2 ** 32;

/** The index of a compressed content, for all its inodes. */
export function compressedContent(file: IndexedFile, options: ResolvedOptions): CompressedContent {
  const isCompact = options.compactIndex && isInLine(file);
  const inBlocks = file.tail.length > 0 || file.fragment !== undefined ? file.extents.slice(0, -1) : file.extents;
  return {
    blocks: inBlocks.reduce((sum, extent) => sum + extentBlocks(extent, options.blockSize), 0),
    layout: isCompact ? DataLayout.compressedCompact : DataLayout.compressedFull,
    size: (head) => indexSize(head, file.size, options, isCompact) + file.tail.length,
    put: (head, bytes) => putIndex(file, options, isCompact, head, bytes),
  };
}

/** Compact indexes count the blocks of data that is in line. */
function isInLine({ extents, fragment = 0 }: IndexedFile): boolean {
  return fragment < HIGH && extents.every(({ block }) => block === undefined);
}

/** A file of which all is in the hidden file of fragments, from byte `start` of that on: it has no index. */
export function wholeFragment(start: number, { compactIndex }: ResolvedOptions): CompressedContent {
  const high = Math.floor(start / HIGH);
  const header = {
    tail: start % HIGH,
    advice: high & 0xffff,
    algorithms: (high >>> 16) & 0xff,
    cluster: WHOLE_FRAGMENT | (high >>> 24),
  };
  return {
    blocks: 0,
    layout: compactIndex ? DataLayout.compressedCompact : DataLayout.compressedFull,
    size: (head) => headerAt(head) + mapHeader.size - head,
    put: (head, bytes) => mapHeader.encodeInto(header, bytes, headerAt(head) - head),
  };
}

/** Writes header, index and tail at the start of `bytes`, after an inode of `head` bytes. */
function putIndex(file: IndexedFile, options: ResolvedOptions, isCompact: boolean, head: number, bytes: Uint8Array) {
  const { size, firstBlock, tail } = file;
  mapHeader.encodeInto(headerOf(file, options, isCompact), bytes, headerAt(head) - head);
  const clusters = clustersOf(file, options);
  let at = indexAt(head, isCompact) - head;
  if (isCompact) at = putCompactIndex([...clusters], formOf(head, size, options), firstBlock, bytes, at);
  else at = putFull(clusters, bytes, at);
  bytes.set(tail, at);
}

function headerOf({ tail, fragment }: IndexedFile, options: ResolvedOptions, isCompact: boolean): MapHeader {
  const advice =
    (isCompact && options.twoByteIndex ? MapAdvice.twoBytes : 0) |
    (hasBigClusters(options) ? MapAdvice.bigClusters1 | MapAdvice.bigClusters2 : 0) |
    (tail.length > 0 ? MapAdvice.inlineTail : 0) |
    (fragment !== undefined ? MapAdvice.fragment : 0) |
    (options.interlaced ? MapAdvice.interlaced : 0);
  const place = fragment === undefined ? tail.length * 0x1_0000 : fragment % HIGH;
  return { tail: place, advice, algorithms: Algorithm[options.compression!.encoding], cluster: 0 };
}

function hasBigClusters({ clusterSize, blockSize }: ResolvedOptions): boolean {
  return clusterSize > blockSize;
}

function putFull(clusters: Iterable<Cluster>, bytes: Uint8Array, start: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (const cluster of clusters) {
    putFullIndex(cluster, view, at);
    at += clusterIndex.size;
  }
  return at;
}

/** Size of header and index of a file of `size` bytes after an inode of `head` bytes. */
export function indexSize(
  head: number,
  size: number,
  options: ResolvedOptions,
  isCompact = options.compactIndex,
): number {
  const at = indexAt(head, isCompact) - head;
  if (isCompact) return at + compactIndexSize(formOf(head, size, options));
  return at + divCeil(size, options.blockSize) * clusterIndex.size;
}

function formOf(head: number, size: number, options: ResolvedOptions): CompactForm {
  return {
    at: indexAt(head, true),
    clusters: divCeil(size, options.blockSize),
    clusterLog: options.blockLog,
    twoBytes: options.twoByteIndex,
    bigClusters: hasBigClusters(options),
  };
}

/** Offset of the header after an inode that has `head` bytes with its attributes. */
function headerAt(head: number): number {
  return alignUp(head, MAP_HEADER_ALIGNMENT);
}

/** Offset of the index after an inode that has `head` bytes with its attributes. */
function indexAt(head: number, isCompact: boolean): number {
  return headerAt(head) + mapHeader.size + (isCompact ? 0 : FULL_INDEX_GAP);
}

/** Blocks that an extent takes. */
export function extentBlocks({ encoded }: PackedExtent, blockSize: number): number {
  return encoded === 0 ? 1 : divCeil(encoded, blockSize);
}

/** The cluster of each block of the file. At most one extent starts in a block. */
function* clustersOf(file: IndexedFile, options: ResolvedOptions): Generator<Cluster> {
  const { extents, size, firstBlock, fragment } = file;
  const { blockSize } = options;
  const isBig = hasBigClusters(options);
  let at = 0;
  let next = firstBlock;
  const total = divCeil(size, blockSize);
  for (const [number, extent] of extents.entries()) {
    const isLast = number === extents.length - 1;
    const isFragment = isLast && fragment !== undefined;
    const blocks = isFragment ? 0 : extentBlocks(extent, blockSize);
    const block = isFragment ? Math.floor(fragment / HIGH) : (extent.block ?? next);
    const first = Math.floor(at / blockSize);
    const end = at + extent.length;
    const after = isLast ? total : Math.floor(end / blockSize);
    const isStored = extent.encoded === 0 && !isFragment;
    yield { kind: isStored ? 'plain' : 'head1', offset: at - first * blockSize, block };
    for (let index = first + 1; index < after; index++) {
      const place = { kind: 'nonhead', back: index - first, ahead: after - index } as const;
      yield isBig && index === first + 1 ? { ...place, blocks } : place;
    }
    at = end;
    next = block + blocks;
  }
}
