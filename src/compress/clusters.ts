// Compression for formats that store files in clusters of a fixed compressed size: as much of a file as fits goes into each.

import { InvalidImageError, IsopressError, UsageError } from '../errors.js';
import type { Run } from '../io/index.js';
import { chooseNative, type EngineChoice } from '../native/index.js';
import type { BlockDecoder } from './block-decoder.js';
import { CLUSTER_CODECS, type ClusterCodec, type ClusterCodecName, type ClusterEncoding } from './cluster-codecs.js';
import type { EngineId } from './codec.js';
import type { BlockCompressor } from './compressor.js';
import { LIBRARIES } from './core/built.js';
import { coreModule } from './core/module.js';
import type { CoreCodec } from './core/names.js';
import { decodeByCore } from './core-decoder.js';
import { isNamed } from './named-engine.js';
import { openNativePool } from './native-pool.js';
import { openWorkerPool } from './worker-pool.js';

const CORE: Readonly<Record<ClusterEncoding, CoreCodec>> = {
  lz4: 'cluster-lz4',
  lzma: 'cluster-lzma',
  deflate: 'cluster-deflate',
  zstd: 'cluster-zstd',
};

/** A request of the user. */
export interface ClusterRequest {
  readonly name: ClusterCodecName;
  /** Within the codec's own scale; lzma has 100 to 109 as well. */
  readonly level?: number;
  /** Bytes. Default by the largest cluster. */
  readonly dictionarySize?: number;
  /** `auto`, `native` or `portable`. Default `auto`. */
  readonly engine?: EngineChoice;
}

/** Sizes of clusters. */
export interface ClusterShape {
  /** A power of two, 512…65536. */
  readonly blockSize: number;
  /** Bytes of the largest cluster: a multiple of the block size up to 1 MiB. */
  readonly clusterSize: number;
  /** Whether each byte of a stored block has the offset in it that it has in its block of the file. */
  readonly interlaced: boolean;
  /** Whether the last cluster of a segment is compressed whenever that makes it smaller, not only if it saves a block. */
  readonly tail: boolean;
}

/** A compression as plain data. */
export interface ClusterFacts {
  readonly name: ClusterCodecName;
  readonly encoding: ClusterEncoding;
  readonly engine: EngineId;
  /** 0 where the codec has no levels. */
  readonly level: number;
  /** Bytes; undefined where there is nothing to choose. */
  readonly dictionarySize: number | undefined;
}

/** A compression that can be started. */
export interface ClusterCompression extends ClusterFacts {
  /** Packs segments, which start at multiples of a block in their file; see {@link packedSegment}. */
  open(shape: ClusterShape, run: Run): BlockCompressor;
}

/** A part of a segment and what it was encoded to. */
export interface PackedExtent {
  /** Bytes of the segment. */
  readonly length: number;
  /** Bytes of encoded data, which end where their last block ends; 0 for a block of stored bytes. */
  readonly encoded: number;
}

/** A packed segment: whole blocks, and what is in them. */
export interface PackedSegment {
  readonly data: Uint8Array;
  readonly extents: readonly PackedExtent[];
}

const WORD = 4;

/** The result of a {@link ClusterCompression} taken apart. */
export function packedSegment(result: Uint8Array): PackedSegment {
  const view = new DataView(result.buffer, result.byteOffset, result.length);
  const count = view.getUint32(result.length - WORD, true);
  const recordsAt = result.length - WORD - count * 2 * WORD;
  const extents = Array.from({ length: count }, (_, index) => {
    const at = recordsAt + index * 2 * WORD;
    return { length: view.getUint32(at, true), encoded: view.getUint32(at + WORD, true) };
  });
  return { data: result.subarray(0, recordsAt), extents };
}

/**
 * Chooses the engine for a codec of clusters of at most `clusterSize` bytes. Throws {@link UsageError} for what the codec does
 * not have.
 */
export function chooseClusterCompression(request: ClusterRequest, clusterSize: number): ClusterCompression {
  const codec = CLUSTER_CODECS.find(({ name }) => name === request.name);
  if (!codec) {
    throw new UsageError('compress.unknown', `"${String(request.name)}" is not a compression of clusters.`, {
      option: 'compression',
      hint: `Choose ${CLUSTER_CODECS.map(({ name }) => name).join(', ')}.`,
    });
  }
  const { engine: choice = 'auto' } = request;
  if (isNamed(choice)) {
    throw new UsageError('compress.engine-codec', `${choice} does not compress clusters.`, {
      option: 'engine',
      hint: 'Let the engine be auto or portable.',
    });
  }
  const { addon } = chooseNative(choice === 'reproducible' ? 'auto' : choice);
  const level = levelOf(codec, request.level);
  const dictionarySize = dictionaryOf(codec, request.dictionarySize, clusterSize);
  const core = CORE[codec.encoding];
  const parameters = ({ blockSize, clusterSize: largest, interlaced, tail }: ClusterShape) => [
    level,
    Math.log2(blockSize),
    largest / blockSize,
    dictionarySize ?? codec.fixedDictionary,
    interlaced ? 1 : 0,
    tail ? 1 : 0,
  ];
  return {
    name: codec.name,
    encoding: codec.encoding,
    engine: (addon?.engines()[core] ?? LIBRARIES[core]) as EngineId,
    level,
    dictionarySize,
    open: (shape, run) =>
      addon
        ? openNativePool(addon, { codec: core, parameters: parameters(shape) }, run)
        : openWorkerPool({ core: { codec: core, parameters: parameters(shape), module: coreModule() } }, run),
  };
}

/** The plain facts of a compression, for layouts and reports. */
export function clusterFacts({ open: _, ...facts }: ClusterCompression): ClusterFacts {
  return facts;
}

/**
 * The decoder of clusters in an encoding: the first bytes of a cluster, at most as many as asked for; zeros before the encoded
 * data are skipped. Rejects with {@link InvalidImageError} `compress.damaged` for anything else.
 */
export function chooseClusterDecoder(encoding: ClusterEncoding, engine: EngineChoice = 'auto'): BlockDecoder {
  const decode = decodeByCore(CORE[encoding], engine);
  return async (block, limit, run) => {
    try {
      return await decode(block, limit, run);
    } catch (error) {
      if (error instanceof IsopressError) throw error;
      const why = error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
      throw new InvalidImageError('compress.damaged', `A cluster of ${encoding} is damaged: ${why}.`, { cause: error });
    }
  };
}

function levelOf({ name, levels, extreme }: ClusterCodec, asked: number | undefined): number {
  if (!levels) {
    if (asked === undefined) return 0;
    throw new UsageError('compress.level', `${asked} is not a level of ${name}.`, {
      option: 'level',
      hint: 'It has no levels.',
    });
  }
  const { least, most, usual } = levels;
  const level = asked ?? usual;
  const plain = extreme > 0 && level >= extreme ? level - extreme : level;
  if (Number.isInteger(level) && plain >= least && plain <= most) return level;
  const more = extreme > 0 ? `, or ${extreme + least} to ${extreme + most}` : '';
  throw new UsageError('compress.level', `${level} is not a level of ${name}.`, {
    option: 'level',
    hint: `Choose ${least} to ${most}${more}.`,
  });
}

function dictionaryOf(
  { name, dictionary }: ClusterCodec,
  asked: number | undefined,
  clusterSize: number,
): number | undefined {
  if (!dictionary) {
    if (asked === undefined) return undefined;
    throw new UsageError(`compress.${name}-dictionary`, `${name} has no dictionary sizes.`, {
      option: 'dictionarySize',
    });
  }
  const { least, most, powersOfTwo } = dictionary;
  const size = asked ?? dictionary.usual(clusterSize);
  const fits = Number.isInteger(size) && size >= least && size <= most;
  if (fits && (!powersOfTwo || Number.isInteger(Math.log2(size)))) return size;
  throw new UsageError(`compress.${name}-dictionary`, `${size} bytes cannot be the dictionary of ${name}.`, {
    option: 'dictionarySize',
    hint: `Choose ${powersOfTwo ? 'a power of two ' : ''}from ${least} to ${most}.`,
  });
}
