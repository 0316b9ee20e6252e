// The public surface of isopress.

export * from './bytes/index.js';
export {
  BCJ_FILTERS,
  type BcjFilter,
  type BlockCompressor,
  CODECS,
  type Codec,
  type CodecName,
  type CodecSettings,
  type Compression,
  type CompressionFacts,
  type CompressionName,
  type CompressionRequest,
  chooseCompression,
  ENGINES,
  type EngineChoice,
  type EngineId,
  GZIP_STRATEGIES,
  type GzipStrategy,
  type LevelScale,
  NO_COMPRESSION,
  type Setting,
  type SettingValue,
  type XzSettings,
  type ZlibSettings,
} from './compress/index.js';
export * from './disc/index.js';
export * from './errors.js';
export * from './format/checkmedia/index.js';
export * from './format/ext4/index.js';
export * from './format/fat/index.js';
export { type HierarchyName, type IsoImage, type IsoVolume, openIso } from './format/iso9660/index.js';
export * from './format/squashfs/index.js';
export { openUdf, type UdfImage, type UdfVolumeFacts } from './format/udf/index.js';
export * from './image/index.js';
export * from './io/index.js';
export * from './live/index.js';
export { chooseNative, loadNative } from './native/index.js';
export { type OwnWords, type RefusedOption, refuseOptions, refuseRest } from './options/index.js';
export * from './source/index.js';
export * from './tree/index.js';
export { VERSION } from './version.js';
