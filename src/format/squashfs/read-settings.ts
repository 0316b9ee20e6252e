// The settings by which an opened image was written, as far as it records them.

import { timestamp } from '../../bytes/index.js';
import {
  BCJ_FILTERS,
  type CodecName,
  type Compression,
  type CompressionRequest,
  chooseCompression,
  type EngineChoice,
  GZIP_STRATEGIES,
} from '../../compress/index.js';
import { UnsupportedError, UsageError } from '../../errors.js';
import { compressorOf, gzipOptions, largestDictionary, lz4Options, xzOptions, zstdOptions } from './compressors.js';
import type { OldRecord } from './layout.js';
import { METADATA_HEADER } from './metadata-block.js';
import type { SquashfsOptions, StoredPart } from './options.js';
import { codecName, damaged, type Volume } from './read-volume.js';
import { SuperblockFlag, superblock } from './superblock.js';

/** Settings for an image that is like another one, and its options record. */
export interface ReadSettings {
  readonly options: SquashfsOptions;
  readonly record: OldRecord;
}

const F = SuperblockFlag;
const STORED: readonly (readonly [flag: number, part: StoredPart])[] = [
  [F.inodesStored, 'inodes'],
  [F.dataStored, 'data'],
  [F.fragmentsStored, 'fragments'],
  [F.xattrsStored, 'xattrs'],
  [F.idsStored, 'ids'],
];
/** The level of mksquashfs, which writes no record for it. */
const GZIP_LEVEL = 9;
const ZSTD_LEVEL = 15;
/** The level of the encoder for high compression. */
const LZ4_HIGH_LEVEL = 12;
const USUAL_PADDING = 4096;

/** The settings of an image. Throws {@link UnsupportedError} for a codec that is not written here. */
export async function readSettings(volume: Volume, engine: EngineChoice): Promise<ReadSettings> {
  const { superblock: head, image } = volume;
  const has = (flag: number) => (head.flags & flag) !== 0;
  const { record, content } = await readRecord(volume);
  const fragments = !has(F.noFragments);
  return {
    options: {
      compression: compressionOf(volume, content, engine),
      epoch: timestamp(head.modificationTime),
      blockSize: head.blockSize,
      fragments,
      tailPacking: fragments && has(F.alwaysFragments),
      duplicatesShared: has(F.duplicatesShared),
      exportTable: head.exportTableAt !== undefined,
      stored: STORED.flatMap(([flag, part]) => (has(flag) ? [part] : [])),
      padTo: image.size % USUAL_PADDING === 0 ? USUAL_PADDING : 1,
    },
    record: { bytes: record },
  };
}

/** The options record as it is stored, and its content. */
async function readRecord(
  volume: Volume,
): Promise<{ record: Uint8Array | undefined; content: Uint8Array | undefined }> {
  if ((volume.superblock.flags & F.compressorOptions) === 0) return { record: undefined, content: undefined };
  const { content, next } = await volume.block(superblock.size);
  const length = next - superblock.size;
  if (length <= METADATA_HEADER) throw damaged('record', 'The record of the compressor is empty.', superblock.size);
  return { record: await volume.bytes(superblock.size, length), content };
}

/** The compression with the recorded settings. Without a record they are the defaults of mksquashfs. */
function compressionOf(volume: Volume, record: Uint8Array | undefined, engine: EngineChoice): Compression {
  const found = compressorOf(volume.superblock.compressor);
  if (!('codec' in found)) {
    const message = `Compression ${codecName(volume.superblock)} of squashfs is not written.`;
    throw new UnsupportedError('squashfs.compressor-write', message);
  }
  try {
    return chooseCompression({ name: found.codec, engine, ...SETTINGS[found.codec](record, volume) });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw damaged(
      'record',
      `The record of the compressor has a value that ${found.codec} does not have.`,
      superblock.size,
    );
  }
}

type Settings = Omit<CompressionRequest, 'name' | 'engine'>;

const SETTINGS: Readonly<Record<CodecName, (record: Uint8Array | undefined, volume: Volume) => Settings>> = {
  gzip: (record) => {
    if (!record) return { level: GZIP_LEVEL };
    const { level, window, strategies } = gzipOptions.decode(whole(record, gzipOptions.size));
    const chosen = GZIP_STRATEGIES.filter((_, bit) => (strategies & (1 << bit)) !== 0);
    return {
      level,
      ...(window === 15 ? {} : { windowBits: window }),
      ...(chosen.length === 0 ? {} : { strategies: chosen }),
    };
  },
  xz: (record, { superblock: { blockSize } }) => {
    if (!record) return {};
    const { dictionarySize, filters } = xzOptions.decode(whole(record, xzOptions.size));
    const bcj = BCJ_FILTERS.filter((_, bit) => (filters & (1 << bit)) !== 0);
    return { bcj, ...(dictionarySize < largestDictionary(blockSize) ? { dictionarySize } : {}) };
  },
  lz4: (record) => {
    const isHigh = record !== undefined && lz4Options.decode(whole(record, lz4Options.size)).flags !== 0;
    return { level: isHigh ? LZ4_HIGH_LEVEL : 1 };
  },
  zstd: (record) => ({ level: record ? zstdOptions.decode(whole(record, zstdOptions.size)).level : ZSTD_LEVEL }),
  lzo: () => ({}),
};

function whole(record: Uint8Array, size: number): Uint8Array {
  if (record.length < size) throw damaged('record', 'The record of the compressor is too short.', superblock.size);
  return record;
}
