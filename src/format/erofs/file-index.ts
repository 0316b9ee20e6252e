// Makes the index of a compressed file from the extents of a compressor.

import { alignUp, divCeil } from '../../bytes/index.js';
import type { PackedExtent } from '../../compress/index.js';
import type { Cluster } from './cluster.js';
import { type CompactForm, compactIndexSize, putCompactIndex } from './compact-index.js';
import { Algorithm } from './compression-config.js';
import { clusterIndex, putFullIndex } from './full-index.js';
import { DataLayout } from './inode.js';
import type { CompressedContent } from './leaves.js';
import { FULL_INDEX_GAP, MAP_HEADER_ALIGNMENT, MapAdvice, mapHeader } from './map-header.js';
import type { ResolvedOptions } from './options.js';

/** The input of an index. */
export interface IndexedFile {
  readonly extents: readonly PackedExtent[];
  /** Bytes of the file. */
  readonly size: number;
  /** First block of the extents' data. */
  readonly firstBlock: number;
  /** The data of the last extent if it follows the index; otherwise empty. */
  readonly tail: Uint8Array;
}

/** The index of a compressed content, for all its inodes. */
export function compressedContent(file: IndexedFile, options: ResolvedOptions): CompressedContent {
  const { blockSize, compactIndex } = options;
  const inBlocks = file.tail.length > 0 ? file.extents.slice(0, -1) : file.extents;
  return {
    blocks: inBlocks.reduce((sum, extent) => sum + extentBlocks(extent, blockSize), 0),
    layout: compactIndex ? DataLayout.compressedCompact : DataLayout.compressedFull,
    size: (head) => indexSize(head, file.size, options) + file.tail.length,
    put: (head, bytes) => putIndex(file, options, head, bytes),
  };
}

/** Writes header, index and tail at the start of `bytes`, after an inode of `head` bytes. */
function putIndex(
  { extents, size, firstBlock, tail }: IndexedFile,
  options: ResolvedOptions,
  head: number,
  bytes: Uint8Array,
) {
  const { blockSize, clusterSize, compactIndex, twoByteIndex, interlaced } = options;
  const bigClusters = clusterSize > blockSize;
  const advice =
    (compactIndex && twoByteIndex ? MapAdvice.twoBytes : 0) |
    (bigClusters ? MapAdvice.bigClusters1 | MapAdvice.bigClusters2 : 0) |
    (tail.length > 0 ? MapAdvice.inlineTail : 0) |
    (interlaced ? MapAdvice.interlaced : 0);
  const algorithms = Algorithm[options.compression!.encoding];
  const header = { tail: tail.length * 0x1_0000, advice, algorithms, cluster: 0 };
  mapHeader.encodeInto(header, bytes, alignUp(head, MAP_HEADER_ALIGNMENT) - head);
  const clusters = clustersOf(extents, size, firstBlock, blockSize, bigClusters);
  let at = indexAt(head, compactIndex) - head;
  if (compactIndex) at = putCompactIndex([...clusters], formOf(head, size, options), firstBlock, bytes, at);
  else at = putFull(clusters, bytes, at);
  bytes.set(tail, at);
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
export function indexSize(head: number, size: number, options: ResolvedOptions): number {
  const at = indexAt(head, options.compactIndex) - head;
  if (options.compactIndex) return at + compactIndexSize(formOf(head, size, options));
  return at + divCeil(size, options.blockSize) * clusterIndex.size;
}

function formOf(head: number, size: number, options: ResolvedOptions): CompactForm {
  return {
    at: indexAt(head, true),
    clusters: divCeil(size, options.blockSize),
    clusterLog: options.blockLog,
    twoBytes: options.twoByteIndex,
    bigClusters: options.clusterSize > options.blockSize,
  };
}

/** Offset of the index after an inode that has `head` bytes with its attributes. */
function indexAt(head: number, isCompact: boolean): number {
  return alignUp(head, MAP_HEADER_ALIGNMENT) + mapHeader.size + (isCompact ? 0 : FULL_INDEX_GAP);
}

/** Blocks that an extent takes. */
export function extentBlocks({ encoded }: PackedExtent, blockSize: number): number {
  return encoded === 0 ? 1 : divCeil(encoded, blockSize);
}

/** The cluster of each block of the file. At most one extent starts in a block. */
function* clustersOf(
  extents: readonly PackedExtent[],
  size: number,
  firstBlock: number,
  blockSize: number,
  bigClusters: boolean,
): Generator<Cluster> {
  let at = 0;
  let block = firstBlock;
  const total = divCeil(size, blockSize);
  for (const [turn, extent] of extents.entries()) {
    const blocks = extentBlocks(extent, blockSize);
    const first = Math.floor(at / blockSize);
    const end = at + extent.length;
    const next = turn === extents.length - 1 ? total : Math.floor(end / blockSize);
    yield { kind: extent.encoded === 0 ? 'plain' : 'head1', offset: at - first * blockSize, block };
    for (let index = first + 1; index < next; index++) {
      const place = { kind: 'nonhead', back: index - first, ahead: next - index } as const;
      yield bigClusters && index === first + 1 ? { ...place, blocks } : place;
    }
    at = end;
    block += blocks;
  }
}
