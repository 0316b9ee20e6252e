// The optional record of compressor settings behind the superblock (squashfs 4.0 format, "Compression options").

import { struct, u16le, u32le } from '../../bytes/index.js';
import { BCJ_FILTERS, type Compression } from '../../compress/index.js';
import { METADATA_SIZE, renderMetadataBlock } from './metadata-block.js';

/** Settings of gzip. Readers need none of them. */
export const gzipOptions = struct('squashfs gzip options', 8, {
  level: u32le(0),
  /** log2 of the window in bytes: 8…15. */
  window: u16le(4),
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
export const zstdOptions = struct('squashfs zstd options', 4, { level: u32le(0) });

const GZIP_DEFAULTS = { level: 9, window: 15, strategies: 0 };
const ZSTD_DEFAULT_LEVEL = 15;
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

function encodeOptions({ name, level, xz }: Compression, blockSize: number): Uint8Array | undefined {
  switch (name) {
    case 'gzip': {
      // zlib's scale ends at 9; readers take higher levels of other libraries for damage.
      const recorded = Math.min(level, GZIP_DEFAULTS.level);
      return recorded === GZIP_DEFAULTS.level ? undefined : gzipOptions.encode({ ...GZIP_DEFAULTS, level: recorded });
    }
    case 'xz': {
      const dictionarySize = xz?.dictionarySize ?? largestDictionary(blockSize);
      const filters = (xz?.filters ?? []).reduce((bits, filter) => bits | (1 << BCJ_FILTERS.indexOf(filter)), 0);
      if (dictionarySize === largestDictionary(blockSize) && filters === 0) return undefined;
      return xzOptions.encode({ dictionarySize, filters });
    }
    case 'zstd':
      return level === ZSTD_DEFAULT_LEVEL ? undefined : zstdOptions.encode({ level });
    case 'lz4':
      return lz4Options.encode({ version: 1, flags: level > 1 ? LZ4_HIGH_COMPRESSION : 0 });
    case 'none':
      return undefined;
  }
}
