// The optional record of compressor settings behind the superblock (squashfs 4.0 format, "Compression options").

import { i32le, struct, u16le, u32le } from '../../bytes/index.js';
import { BCJ_FILTERS, type Compression, GZIP_STRATEGIES } from '../../compress/index.js';
import { METADATA_SIZE, renderMetadataBlock } from './metadata-block.js';

/** Settings of gzip. Readers need none of them. */
export const gzipOptions = struct('squashfs gzip options', 8, {
  level: u32le(0),
  /** log2 of the window in bytes: 8…15. */
  window: u16le(4),
  /** One bit for each of {@link GZIP_STRATEGIES}; none for the usual one alone. */
  strategies: u16le(6),
});

/** Settings of xz. Readers allocate the dictionary by it. */
export const xzOptions = struct('squashfs xz options', 8, {
  dictionarySize: u32le(0),
  /** One bit for each of {@link BCJ_FILTERS}. */
  filters: u32le(4),
});

/** Settings of lz4. */
export const lz4Options = struct('squashfs lz4 options', 8, {
  /** 1, the format of plain blocks. */
  version: u32le(0),
  /** Bit 0: made by the encoder for high compression. */
  flags: u32le(4),
});

/** Settings of zstd. Readers need none of them. */
export const zstdOptions = struct('squashfs zstd options', 4, { level: i32le(0) });

const GZIP_DEFAULTS = { level: 9, window: 15, strategies: 0 };
const ZSTD_DEFAULT_LEVEL = 15;
const ZSTD_LEAST_LEVEL = 1;
const LZ4_HIGH_COMPRESSION = 1;

/** Bytes of the largest dictionary of xz that is of any use: metadata blocks count too. */
export function largestDictionary(blockSize: number): number {
  return Math.max(blockSize, METADATA_SIZE);
}

/**
 * The record as it stands in the image; undefined where readers want none, which is the case for the defaults of every
 * codec but lz4.
 */
export function renderCompressorOptions(compression: Compression, blockSize: number): Uint8Array | undefined {
  const record = encodeOptions(compression, blockSize);
  return record && renderMetadataBlock(record, undefined);
}

function encodeOptions({ name, level, xz, zlib }: Compression, blockSize: number): Uint8Array | undefined {
  switch (name) {
    case 'gzip': {
      const window = zlib?.windowBits ?? GZIP_DEFAULTS.window;
      const tried = zlib?.strategies ?? [];
      const isUsual = tried.length === 1 && tried[0] === 'default';
      const strategies = isUsual ? 0 : tried.reduce((bits, name) => bits | (1 << GZIP_STRATEGIES.indexOf(name)), 0);
      // zlib's scale ends at 9; readers take higher levels of other libraries for damage.
      const options = { level: Math.min(level, GZIP_DEFAULTS.level), window, strategies };
      const usual = options.level === GZIP_DEFAULTS.level && window === GZIP_DEFAULTS.window && strategies === 0;
      return usual ? undefined : gzipOptions.encode(options);
    }
    case 'xz': {
      const dictionarySize = xz?.dictionarySize ?? largestDictionary(blockSize);
      const filters = (xz?.filters ?? []).reduce((bits, filter) => bits | (1 << BCJ_FILTERS.indexOf(filter)), 0);
      if (dictionarySize === largestDictionary(blockSize) && filters === 0) return undefined;
      return xzOptions.encode({ dictionarySize, filters });
    }
    case 'zstd':
      // squashfs-tools 4.5 take levels below 1 for damage.
      return level === ZSTD_DEFAULT_LEVEL
        ? undefined
        : zstdOptions.encode({ level: Math.max(level, ZSTD_LEAST_LEVEL) });
    case 'lz4':
      return lz4Options.encode({ version: 1, flags: level > 1 ? LZ4_HIGH_COMPRESSION : 0 });
    // The record of lzo names one of the reference's encoders and its level; ours is none of them, and readers need neither.
    case 'lzo':
    case 'none':
      return undefined;
  }
}
