// Options of EROFS images: the only place of their defaults and validation.

import {
  type ByteString,
  bytesOf,
  displayText,
  fromTextOrBytes,
  isUuid,
  type Timestamp,
  type Uuid,
  uuidBytes,
} from '../../bytes/index.js';
import {
  CLUSTER_CODECS,
  type ClusterCompression,
  type ClusterRequest,
  chooseClusterCompression,
} from '../../compress/index.js';
import { UsageError } from '../../errors.js';
import { deriveUuid } from '../../io/index.js';
import { MAX_DISTANCE } from './cluster.js';
import { MAX_COMPACT_LOG, MAX_TWO_BYTE_LOG } from './compact-index.js';
import type { EqualChunks } from './equal-chunks.js';
import { MAX_BLOCK_LOG, MIN_BLOCK_LOG } from './superblock.js';

/** Form of inodes: each as small as possible, or all the same. */
export type InodeForm = 'auto' | 'compact' | 'extended';

/** Options of an EROFS image. */
export interface ErofsOptions {
  /** Default: nothing is compressed, and the size of the image is exact before it is written. */
  readonly compression?: ClusterRequest;
  /** The time of the image, and of inodes in the compact form. */
  readonly epoch: Timestamp;
  /** Source of the UUID. */
  readonly seed: string;
  /** Default derived from the seed. */
  readonly uuid?: Uuid;
  /** At most 16 bytes: text as UTF-8, or any bytes. Default empty. */
  readonly label?: string | Uint8Array;
  /** A power of two from 512 to 65536 bytes; Linux mounts blocks up to its page size, other than 4096 from 6.4 on. Default 4096. */
  readonly blockSize?: number;
  /** Largest size of a compressed cluster: a multiple of the block size up to 1 MiB. Default one block. */
  readonly clusterSize?: number;
  /**
   * `auto` takes the compact form for entries with the time of the image, `compact` for all entries, which then have that time.
   * Large owners, sizes and link counts need the extended form. Default `auto`.
   */
  readonly inodes?: InodeForm;
  /** Whether the ends of files may follow their inodes. Default true. */
  readonly inlineData?: boolean;
  /** Whether known holes of uncompressed files take no space. Default true. */
  readonly sparse?: boolean;
  /** How many inodes must have an attribute for it to be stored once for all of them; 0 for never. Default 2. */
  readonly sharedXattrs?: number;
  /**
   * Whether the compressed end of a file may follow its index, which saves half a block for each file. Linux 5.17 and
   * newer read it. Without effect where ends are fragments. Default false.
   */
  readonly tailPacking?: boolean;
  /**
   * Whether each byte of stored blocks in compressed files has its offset in the page, which saves readers a copy. Linux 6.1 and
   * erofs-utils 1.6 read it. Default false.
   */
  readonly interlaced?: boolean;
  /** Index of compressed files: 8 bytes for each block, or 2 to 4. Default compact if the block size allows it. */
  readonly index?: 'full' | 'compact';
  /**
   * Which data of compressed files is gathered in one hidden file, where it is compressed as one: that of small files and the ends of
   * larger ones, or all of it. Linux 6.1 and newer read it. Default none.
   */
  readonly fragments?: Fragments;
  /** Whether equal compressed data of different files is stored once. Linux 6.1 and newer read it. Default false. */
  readonly dedupe?: boolean;
  /**
   * Bytes of a chunk, a power of two from the block size up: files of more than one block are stored in chunks, each with its own
   * address, and chunks of holes take no space. Only where nothing is compressed. Linux 5.15 and newer read it. Default: only files with
   * holes, in chunks of the size that takes the least space.
   */
  readonly chunkSize?: number;
  /** The chunks that are stored once, as `findEqualChunks` finds them for that chunk size. Default: none. */
  readonly equalChunks?: EqualChunks;
  /**
   * Wraps the compression that is chosen, to take segments that were packed before. The bytes must stay the same.
   * @internal
   */
  readonly reuse?: (compression: ClusterCompression) => ClusterCompression;
}

/** The data that a hidden file gathers. */
export type Fragments = 'ends' | 'all';

/** Options checked and complete. */
export interface ResolvedOptions {
  readonly compression: ClusterCompression | undefined;
  readonly epoch: Timestamp;
  readonly uuid: Uint8Array;
  readonly label: ByteString;
  readonly blockSize: number;
  readonly blockLog: number;
  readonly clusterSize: number;
  readonly inodes: InodeForm;
  readonly inlineData: boolean;
  readonly sparse: boolean;
  /** Infinity for never. */
  readonly sharedXattrs: number;
  readonly tailPacking: boolean;
  readonly interlaced: boolean;
  readonly compactIndex: boolean;
  /** Whether compact indexes may have 2 bytes for each block. */
  readonly twoByteIndex: boolean;
  readonly fragments: Fragments | undefined;
  readonly dedupe: boolean;
  /** Blocks of a chunk as a power of two; undefined: as it takes the least space. */
  readonly chunkLog: number | undefined;
  readonly equalChunks: EqualChunks | undefined;
}

const MAX_LABEL = 16;
const MAX_CLUSTER = 1024 * 1024;
const MOST_LZ4_BLOCKS = 256;
const MAX_CHUNK_LOG = 31;
const FRAGMENTS: readonly string[] = ['ends', 'all'];
const INODE_FORMS: readonly string[] = ['auto', 'compact', 'extended'];

/** Checks the options and fills in the defaults. Throws {@link UsageError}. */
export function resolveErofs(options: ErofsOptions): ResolvedOptions {
  const { blockSize = 4096, epoch, seed, uuid = deriveUuid(seed, 'erofs uuid'), inodes = 'auto' } = options;
  const blockLog = Math.log2(blockSize);
  if (!Number.isInteger(blockLog) || blockLog < MIN_BLOCK_LOG || blockLog > MAX_BLOCK_LOG) {
    throw bad('blockSize', `${blockSize}`, 'a power of two from 512 to 65536');
  }
  if (!isUuid(uuid)) throw bad('uuid', `"${uuid}"`, 'a UUID');
  const label = fromTextOrBytes(options.label ?? '');
  if (label.length > MAX_LABEL || bytesOf(label).includes(0)) {
    throw bad('label', `"${displayText(label)}"`, `at most ${MAX_LABEL} bytes without NUL`);
  }
  if (!INODE_FORMS.includes(inodes)) throw bad('inodes', `"${inodes}"`, INODE_FORMS.join(', '));
  const { sharedXattrs = 2 } = options;
  if (!Number.isSafeInteger(sharedXattrs) || sharedXattrs < 0) throw bad('sharedXattrs', `${sharedXattrs}`, 'a count');
  return {
    epoch,
    uuid: uuidBytes(uuid),
    label,
    blockSize,
    blockLog,
    inodes,
    inlineData: options.inlineData ?? true,
    sparse: !options.compression && (options.sparse ?? true),
    sharedXattrs: sharedXattrs === 0 ? Number.POSITIVE_INFINITY : sharedXattrs,
    chunkLog: resolveChunks(options, blockSize),
    equalChunks: options.equalChunks,
    ...resolveCompression(options, blockSize, blockLog),
  };
}

function resolveChunks(options: ErofsOptions, blockSize: number): number | undefined {
  const { chunkSize, compression, equalChunks } = options;
  if (equalChunks && equalChunks.chunkSize !== chunkSize) {
    throw bad('equalChunks', `${equalChunks.chunkSize}`, 'of chunks of the size that is chosen');
  }
  if (chunkSize === undefined) return undefined;
  if (compression) throw bad('chunkSize', `${chunkSize}`, 'left out where files are compressed');
  const log = Math.log2(chunkSize / blockSize);
  if (Number.isInteger(log) && log >= 0 && log <= MAX_CHUNK_LOG) return log;
  throw bad('chunkSize', `${chunkSize}`, `a power of two, at least the block size, ${blockSize}`);
}

function resolveCompression(options: ErofsOptions, blockSize: number, blockLog: number) {
  const { clusterSize, index, tailPacking = false, interlaced = false } = options;
  const request = options.compression;
  const gathering = resolveGathering(options);
  if (!request && clusterSize !== undefined) {
    throw bad('clusterSize', `${clusterSize}`, 'left out where nothing is compressed');
  }
  const size = clusterSize ?? blockSize;
  const most = mostInCluster(request, blockSize);
  if (!Number.isInteger(size / blockSize) || size < blockSize || size > most) {
    const codec = most < MAX_CLUSTER && request ? ` with ${request.name}` : '';
    throw bad('clusterSize', `${size}`, `a multiple of the block size, ${blockSize}, up to ${most}${codec}`);
  }
  if (index === 'compact' && blockLog > MAX_COMPACT_LOG) {
    throw bad('index', '"compact"', `full with blocks of more than ${2 ** MAX_COMPACT_LOG} bytes`);
  }
  const chosen = request && chooseClusterCompression(request, size);
  const compression = chosen && (options.reuse?.(chosen) ?? chosen);
  const compactIndex = index !== 'full' && blockLog <= MAX_COMPACT_LOG;
  // Readers use the header of a full index only if the image has one of the newer features.
  const hasHeads =
    compactIndex ||
    tailPacking ||
    gathering.dedupe ||
    gathering.fragments !== undefined ||
    size > blockSize ||
    compression?.encoding !== 'lz4';
  return {
    compression,
    clusterSize: size,
    // The ends of files are fragments then.
    tailPacking: compression !== undefined && tailPacking && gathering.fragments === undefined,
    interlaced: interlaced && hasHeads,
    compactIndex,
    twoByteIndex: blockLog <= MAX_TWO_BYTE_LOG,
    ...gathering,
  };
}

function mostInCluster(request: ErofsOptions['compression'], blockSize: number): number {
  const codec = CLUSTER_CODECS.find(({ name }) => name === request?.name);
  return codec?.encoding === 'lz4' ? largestLz4Cluster(blockSize) : Math.min(MAX_CLUSTER, blockSize * MAX_DISTANCE);
}

/** Most bytes of a cluster of lz4: Linux counts these in blocks, and mounts none with more of them than 1 MiB has pages. */
export function largestLz4Cluster(blockSize: number): number {
  return Math.min(MAX_CLUSTER, blockSize * MOST_LZ4_BLOCKS);
}

/** Compressed data of several files in one place. */
function resolveGathering({ compression, fragments, dedupe = false }: ErofsOptions) {
  if (fragments !== undefined && !FRAGMENTS.includes(fragments)) {
    throw bad('fragments', `"${fragments}"`, FRAGMENTS.join(' or '));
  }
  if (fragments !== undefined && !compression) {
    throw bad('fragments', `"${fragments}"`, 'left out where nothing is compressed');
  }
  if (dedupe && !compression) throw bad('dedupe', 'true', 'left out where nothing is compressed');
  return { fragments, dedupe };
}

function bad(option: keyof ErofsOptions, value: string, wanted: string): UsageError {
  return new UsageError(`erofs.${codeOf(option)}`, `${value} cannot be the ${option} of an EROFS image.`, {
    option,
    hint: `It has to be ${wanted}.`,
  });
}

/** `blockSize` → `block-size`. */
function codeOf(option: string): string {
  return option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
