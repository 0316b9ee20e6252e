// Floor 1: named compression engines behind one interface.

export type { EngineChoice } from '../native/index.js';
export { type BlockDecoder, chooseDecoder } from './block-decoder.js';
export { type CompressionRequest, chooseCompression, NO_COMPRESSION } from './choose.js';
export {
  type BlockCompressor,
  blockBuffer,
  type Compression,
  type CompressionFacts,
  type CompressionName,
  compressionFacts,
  type EngineId,
} from './compressor.js';
export * from './unpack.js';
export { BCJ_FILTERS, type BcjFilter, type XzSettings } from './xz-settings.js';
export { GZIP_STRATEGIES, type GzipStrategy, type ZlibSettings } from './zlib-settings.js';
