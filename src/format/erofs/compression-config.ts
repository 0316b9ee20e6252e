// Compression configurations (kernel documentation, "Compression configurations"): after the superblock, for each bit of its
// `algorithms` from the lowest on, 16 bits with a length and that many bytes.

import { reserved, struct, u8, u16le, u32le, type Value } from '../../bytes/index.js';

/** Algorithms by their number. */
export const Algorithm = { lz4: 0, lzma: 1, deflate: 2, zstd: 3 } as const;
export type AlgorithmName = keyof typeof Algorithm;
export const ALGORITHM_NAMES = Object.keys(Algorithm) as readonly AlgorithmName[];

export const configLength = struct('EROFS compression configuration length', 2, { length: u16le(0) });

export const lz4Config = struct('EROFS LZ4 configuration', 14, {
  /** Longest distance of a match; 0 for 64 KiB. */
  maxDistance: u16le(0),
  /** Blocks of the largest physical cluster. */
  maxClusterBlocks: u16le(2),
  reserved4: reserved(4, 10),
});

export const lzmaConfig = struct('EROFS MicroLZMA configuration', 14, {
  dictionarySize: u32le(0),
  /** 0: MicroLZMA. */
  format: u16le(4),
  reserved6: reserved(6, 8),
});

export const deflateConfig = struct('EROFS DEFLATE configuration', 6, {
  /** 8 to 15. */
  windowLog: u8(0),
  reserved1: reserved(1, 5),
});

export const zstdConfig = struct('EROFS Zstandard configuration', 6, {
  /** 0: frames. */
  format: u8(0),
  /** Minus {@link ZSTD_LEAST_WINDOW_LOG}. */
  windowLog: u8(1),
  reserved2: reserved(2, 4),
});

export const ZSTD_LEAST_WINDOW_LOG = 10;

/** The configurations of an image's algorithms. */
export interface CompressionConfigs {
  readonly lz4?: Value<typeof lz4Config>;
  readonly lzma?: Value<typeof lzmaConfig>;
  readonly deflate?: Value<typeof deflateConfig>;
  readonly zstd?: Value<typeof zstdConfig>;
}

const STRUCTS = { lz4: lz4Config, lzma: lzmaConfig, deflate: deflateConfig, zstd: zstdConfig } as const;

/** The encoded configurations, which follow the superblock. */
export function encodeConfigs(configs: CompressionConfigs): Uint8Array {
  const parts = ALGORITHM_NAMES.flatMap((name) => {
    const config = configs[name];
    if (!config) return [];
    const encoded = (STRUCTS[name].encode as (value: unknown) => Uint8Array)(config);
    return [configLength.encode({ length: encoded.length }), encoded];
  });
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The bits of a superblock's `algorithms`. */
export function algorithmBits(configs: CompressionConfigs): number {
  return ALGORITHM_NAMES.reduce((bits, name) => (configs[name] ? bits | (1 << Algorithm[name]) : bits), 0);
}
