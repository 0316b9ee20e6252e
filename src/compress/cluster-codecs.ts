// The codecs of clusters, one row each.

import type { LevelScale } from './codec.js';

/** Encodings of clusters. */
export type ClusterEncoding = 'lz4' | 'lzma' | 'deflate' | 'zstd';
/** Compressors of clusters; `lz4hc` gives the encoding of lz4. */
export type ClusterCodecName = 'lz4' | 'lz4hc' | 'lzma' | 'deflate' | 'zstd';

/** One codec of clusters. */
export interface ClusterCodec {
  readonly name: ClusterCodecName;
  readonly encoding: ClusterEncoding;
  /** Undefined: there is one way to compress. */
  readonly levels: LevelScale | undefined;
  /** Added to a level of the scale for a slower search at the same level; 0 if there is none. */
  readonly extreme: number;
  /** Sizes of the dictionary in bytes; `usual` by the largest cluster. Undefined: there is nothing to choose. */
  readonly dictionary:
    | {
        readonly least: number;
        readonly most: number;
        readonly powersOfTwo: boolean;
        usual(clusterSize: number): number;
      }
    | undefined;
  /** The dictionary where there is nothing to choose: as the core wants it. */
  readonly fixedDictionary: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** The smallest power of two that is not less, within limits. */
function powerWithin(value: number, least: number, most: number): number {
  return Math.min(Math.max(2 ** Math.ceil(Math.log2(value)), least), most);
}

/** Every codec of clusters. Nothing else lists them. */
export const CLUSTER_CODECS: readonly ClusterCodec[] = [
  { name: 'lz4', encoding: 'lz4', levels: undefined, extreme: 0, dictionary: undefined, fixedDictionary: 0 },
  {
    name: 'lz4hc',
    encoding: 'lz4',
    levels: { least: 1, most: 12, usual: 9 },
    extreme: 0,
    dictionary: undefined,
    fixedDictionary: 0,
  },
  {
    name: 'lzma',
    encoding: 'lzma',
    levels: { least: 0, most: 9, usual: 6 },
    extreme: 100,
    dictionary: {
      least: 4 * KIB,
      most: 8 * MIB,
      powersOfTwo: false,
      usual: (clusterSize) => powerWithin(8 * clusterSize, 32 * KIB, 8 * MIB),
    },
    fixedDictionary: 0,
  },
  {
    name: 'deflate',
    encoding: 'deflate',
    levels: { least: 1, most: 12, usual: 9 },
    extreme: 0,
    dictionary: undefined,
    fixedDictionary: 32 * KIB,
  },
  {
    name: 'zstd',
    encoding: 'zstd',
    levels: { least: 1, most: 22, usual: 15 },
    extreme: 0,
    dictionary: {
      least: KIB,
      most: MIB,
      powersOfTwo: true,
      usual: (clusterSize) => powerWithin(8 * clusterSize, 32 * KIB, MIB),
    },
    fixedDictionary: 0,
  },
];
