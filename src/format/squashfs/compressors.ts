// The compressors of squashfs: the number of each in the superblock, and the optional record of its settings after the
// superblock (squashfs 4.0 format, "Superblock" and "Compression options").

import { i32le, struct, u16le, u32le } from '../../bytes/index.js';
import { BCJ_FILTERS, type CodecName, type Compression, GZIP_STRATEGIES } from '../../compress/index.js';
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

/** One compressor of the format. */
interface Compressor {
  /** Its number in the superblock. */
  readonly id: number;
  /** The record of a compression; undefined if readers need none, as for the defaults of every compressor except lz4. */
  readonly record?: (compression: Compression, blockSize: number) => Uint8Array | undefined;
}

const GZIP_DEFAULTS = { level: 9, window: 15, strategies: 0 };
const ZSTD_DEFAULT_LEVEL = 15;
const ZSTD_LEAST_LEVEL = 1;
const LZ4_HIGH_COMPRESSION = 1;

/** Every compressor that this project writes and reads. */
const COMPRESSORS: Readonly<Record<CodecName, Compressor>> = {
  gzip: { id: 1, record: gzipRecord },
  // The record of lzo names an encoder of the reference and its level; ours is another one, and readers need neither.
  lzo: { id: 3 },
  xz: { id: 4, record: xzRecord },
  lz4: {
    id: 5,
    record: ({ level }) => lz4Options.encode({ version: 1, flags: level > 1 ? LZ4_HIGH_COMPRESSION : 0 }),
  },
  zstd: {
    id: 6,
    // squashfs-tools 4.5 reject levels below 1 as damage.
    record: ({ level }) =>
      level === ZSTD_DEFAULT_LEVEL ? undefined : zstdOptions.encode({ level: Math.max(level, ZSTD_LEAST_LEVEL) }),
  },
};

/** The number of lzma, which Linux does not read, and which is not written here. */
export const LZMA = 2;
/** Names of compressors that are not written here. */
const OTHERS: Readonly<Record<number, string>> = { [LZMA]: 'lzma' };

/** The number of a compression. Images without compression must name a compressor too; every reader knows gzip. */
export function compressorId(name: Compression['name']): number {
  return COMPRESSORS[name === 'none' ? 'gzip' : name].id;
}

/** The codec of a number; if it is not written here, the compressor's name or number as text. */
export function compressorOf(id: number): { readonly codec: CodecName } | { readonly unknown: string } {
  const found = (Object.keys(COMPRESSORS) as CodecName[]).find((name) => COMPRESSORS[name].id === id);
  return found ? { codec: found } : { unknown: OTHERS[id] ?? String(id) };
}

/** Bytes of the largest useful dictionary of xz, including metadata blocks. */
export function largestDictionary(blockSize: number): number {
  return Math.max(blockSize, METADATA_SIZE);
}

/** The record of settings as stored in an image; undefined if readers need none. */
export function renderCompressorOptions(compression: Compression, blockSize: number): Uint8Array | undefined {
  if (compression.name === 'none') return undefined;
  const record = COMPRESSORS[compression.name].record?.(compression, blockSize);
  return record && renderMetadataBlock(record, undefined);
}

function gzipRecord({ level, zlib }: Compression): Uint8Array | undefined {
  const window = zlib?.windowBits ?? GZIP_DEFAULTS.window;
  const tried = zlib?.strategies ?? [];
  const isUsual = tried.length === 1 && tried[0] === 'default';
  const strategies = isUsual ? 0 : tried.reduce((bits, name) => bits | (1 << GZIP_STRATEGIES.indexOf(name)), 0);
  // zlib's scale ends at 9; readers reject the higher levels of other libraries as damage.
  const options = { level: Math.min(level, GZIP_DEFAULTS.level), window, strategies };
  const usual = options.level === GZIP_DEFAULTS.level && window === GZIP_DEFAULTS.window && strategies === 0;
  return usual ? undefined : gzipOptions.encode(options);
}

function xzRecord({ xz }: Compression, blockSize: number): Uint8Array | undefined {
  const dictionarySize = xz?.dictionarySize ?? largestDictionary(blockSize);
  const filters = (xz?.filters ?? []).reduce((bits, filter) => bits | (1 << BCJ_FILTERS.indexOf(filter)), 0);
  if (dictionarySize === largestDictionary(blockSize) && filters === 0) return undefined;
  return xzOptions.encode({ dictionarySize, filters });
}
