// Reads the extents of a compressed file from an index of any form.

import { alignUp, divCeil } from '../../bytes/index.js';
import type { Cluster, Head } from './cluster.js';
import {
  type CompactForm,
  compactIndexSize,
  decodeCompactIndex,
  MAX_COMPACT_LOG,
  MAX_TWO_BYTE_LOG,
} from './compact-index.js';
import { ALGORITHM_NAMES } from './compression-config.js';
import { ExtentTable, Storage } from './extent-table.js';
import { clusterIndex, decodeFullIndex } from './full-index.js';
import { DataLayout } from './inode.js';
import {
  CLUSTER_LOG_MASK,
  FULL_INDEX_GAP,
  MAP_HEADER_ALIGNMENT,
  MapAdvice,
  type MapHeader,
  mapHeader,
  WHOLE_FRAGMENT,
} from './map-header.js';
import type { FoundInode } from './read-inode.js';
import { tableOfRecords } from './read-records.js';
import { damaged, type Volume } from './read-volume.js';
import { Incompatible } from './superblock.js';

/** Largest encoded and decoded size of an extent. */
const MAX_ENCODED = 1024 * 1024;
const MAX_DECODED = 12 * 1024 * 1024;
/** Largest supported logical clusters of a full index, a power of two. */
const MAX_FULL_LOG = 20;

/** The extents of a compressed file that has at least one byte. Throws {@link InvalidImageError} for an invalid index. */
export async function readExtents(volume: Volume, inode: FoundInode): Promise<ExtentTable> {
  const headerAt = alignUp(inode.tailAt, MAP_HEADER_ALIGNMENT);
  const header = mapHeader.decode(await volume.bytes(headerAt, mapHeader.size));
  if ((header.cluster & WHOLE_FRAGMENT) !== 0) return wholeFragment(inode, header);
  const isFull = inode.layout === DataLayout.compressedFull;
  const isRecords = isFull && (header.advice & MapAdvice.extents) !== 0;
  const table = isRecords
    ? await tableOfRecords(volume, inode, header, headerAt + mapHeader.size)
    : await new IndexReader(volume, inode, header, headerAt + mapHeader.size).read();
  checkTable(volume, table, inode.at);
  return table;
}

/** The offset in the packed inode is the header without its highest bit. */
function wholeFragment({ size }: FoundInode, { tail, advice, algorithms, cluster }: MapHeader): ExtentTable {
  const high = advice + algorithms * 2 ** 16 + (cluster & ~WHOLE_FRAGMENT) * 2 ** 24;
  const table = new ExtentTable(size, 1);
  table.add(0, Storage.fragment, tail + high * 2 ** 32, 0);
  return table;
}

/** Checks that extents start at byte 0, and have possible sizes and listed algorithms. */
function checkTable({ superblock, blockSize }: Volume, table: ExtentTable, at: number): void {
  if (table.count === 0 || table.get(0).start !== 0) throw damaged('index', 'A file has no data at its start.', at);
  const listed = (superblock.incompatible & Incompatible.compressionConfigs) === 0 ? 1 : superblock.algorithms;
  for (let index = 0; index < table.count; index++) {
    const { storage, length, encoded } = table.get(index);
    if (storage === Storage.fragment || storage === Storage.hole) continue;
    const isPlain = storage >= ALGORITHM_NAMES.length;
    if (!isPlain && ((listed >> storage) & 1) === 0) {
      throw damaged('algorithm', `A file has compression ${storage}, which the superblock does not list.`, at);
    }
    const isTooLong = length > (isPlain ? encoded : MAX_DECODED) || encoded > MAX_ENCODED || encoded === 0;
    if (isTooLong || (storage === Storage.interlaced && encoded > blockSize)) {
      throw damaged('index', `${encoded} bytes of data stand for ${length} bytes of a file.`, at);
    }
  }
}

/** Reads an index of logical clusters. */
class IndexReader {
  readonly #volume: Volume;
  readonly #inode: FoundInode;
  readonly #header: MapHeader;
  /** Start of the index. */
  readonly #at: number;
  readonly #clusterLog: number;
  readonly #clusters: number;

  /** `at` is the end of the header. */
  constructor(volume: Volume, inode: FoundInode, header: MapHeader, at: number) {
    this.#volume = volume;
    this.#inode = inode;
    this.#header = header;
    this.#clusterLog = volume.superblock.blockLog + (header.cluster & CLUSTER_LOG_MASK);
    this.#clusters = divCeil(inode.size, 2 ** this.#clusterLog);
    this.#at = inode.layout === DataLayout.compressedFull ? at + FULL_INDEX_GAP : at;
  }

  async read(): Promise<ExtentTable> {
    const isFull = this.#inode.layout === DataLayout.compressedFull;
    const length = isFull ? this.#clusters * clusterIndex.size : compactIndexSize(this.#compactForm());
    if (isFull && this.#clusterLog > MAX_FULL_LOG) throw this.#noSuchClusters();
    const bytes = await this.#volume.bytes(this.#at, length);
    return this.#table(isFull ? fullIndex(bytes) : decodeCompactIndex(bytes, this.#compactForm(), 0), length);
  }

  #compactForm(): CompactForm {
    const { advice } = this.#header;
    const twoBytes = (advice & MapAdvice.twoBytes) !== 0;
    if (this.#clusterLog > (twoBytes ? MAX_TWO_BYTE_LOG : MAX_COMPACT_LOG)) throw this.#noSuchClusters();
    const bigClusters = (advice & MapAdvice.bigClusters1) !== 0;
    return { at: this.#at, clusters: this.#clusters, clusterLog: this.#clusterLog, twoBytes, bigClusters };
  }

  #noSuchClusters(): Error {
    return damaged('index', `Its index cannot have clusters of 2^${this.#clusterLog} bytes.`, this.#at);
  }

  #table(clusters: Iterable<Cluster>, indexLength: number): ExtentTable {
    const { size } = this.#inode;
    const { blockSize } = this.#volume;
    const clusterSize = 2 ** this.#clusterLog;
    const table = new ExtentTable(size, this.#clusters);
    let place = 0;
    let last: Head | undefined;
    let isAfterHead = false;
    for (const cluster of clusters) {
      if (cluster.kind === 'nonhead') {
        if (cluster.blocks !== undefined && !this.#mayBeBig())
          throw damaged('index', 'Its clusters are too big.', this.#at);
        if (cluster.blocks !== undefined && isAfterHead)
          table.change(table.count - 1, { encoded: cluster.blocks * blockSize });
        isAfterHead = false;
      } else {
        if (cluster.offset >= clusterSize) throw damaged('index', 'An extent starts outside its cluster.', this.#at);
        const start = place * clusterSize + cluster.offset;
        if (start >= size) break;
        table.add(start, this.#storageOf(cluster), cluster.block * blockSize, blockSize);
        last = cluster;
        isAfterHead = true;
      }
      place++;
    }
    if (last) this.#placeTail(table, last, this.#at + indexLength);
    return table;
  }

  #mayBeBig(): boolean {
    return (this.#header.advice & (MapAdvice.bigClusters1 | MapAdvice.bigClusters2)) !== 0;
  }

  #storageOf({ kind }: Head): number {
    const { advice, algorithms } = this.#header;
    if (kind === 'plain') return (advice & MapAdvice.interlaced) !== 0 ? Storage.interlaced : Storage.shifted;
    const algorithm = kind === 'head1' ? algorithms & 0x0f : algorithms >> 4;
    if (algorithm >= ALGORITHM_NAMES.length)
      throw damaged('algorithm', `Compression ${algorithm} is not read.`, this.#at);
    return algorithm;
  }

  /** Completes the last extent, which may be in the packed inode or after the index. */
  #placeTail(table: ExtentTable, head: Head, end: number): void {
    const { advice, tail } = this.#header;
    const encoded = tail >>> 16;
    if ((advice & MapAdvice.fragment) !== 0) {
      // There is no block number: a full index has the high bits in its place.
      const high = this.#inode.layout === DataLayout.compressedFull ? head.block : 0;
      table.change(table.count - 1, { storage: Storage.fragment, at: tail + high * 2 ** 32, encoded: 0 });
    } else if ((advice & MapAdvice.inlineTail) !== 0 && encoded > 0) {
      table.change(table.count - 1, { at: end, encoded });
    }
  }
}

function* fullIndex(bytes: Uint8Array): Generator<Cluster> {
  for (let at = 0; at < bytes.length; at += clusterIndex.size) yield decodeFullIndex(bytes, at);
}
