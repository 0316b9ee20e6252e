// Layer 1: named compression engines behind one interface.

export type { EngineChoice } from '../native/index.js';
export { type BlockDecoder, chooseDecoder } from './block-decoder.js';
export { Buffers } from './buffers.js';
export { type CompressionRequest, chooseCompression, NO_COMPRESSION } from './choose.js';
export { CLUSTER_CODECS, type ClusterCodec, type ClusterCodecName, type ClusterEncoding } from './cluster-codecs.js';
export {
  type ClusterCompression,
  type ClusterFacts,
  type ClusterRequest,
  type ClusterShape,
  chooseClusterCompression,
  chooseClusterDecoder,
  clusterFacts,
  type PackedExtent,
  type PackedSegment,
  packedSegment,
} from './clusters.js';
export { inflateRaw, unpackZstdFrame } from './clusters-of-disks.js';
export type { Codec, CodecSettings, EngineId, LevelScale, NamedEngine, Setting, SettingValue } from './codec.js';
export { CODECS, type CodecName } from './codecs/index.js';
export { BCJ_FILTERS, type BcjFilter, type XzSettings } from './codecs/xz-settings.js';
export { GZIP_STRATEGIES, type GzipStrategy, type ZlibSettings } from './codecs/zlib-settings.js';
export {
  type BlockCompressor,
  type BlockThreads,
  blockBuffer,
  type Compression,
  type CompressionFacts,
  type CompressionName,
  compressionFacts,
  type DigestedResult,
} from './compressor.js';
export { SHA256 as CODEC_CORE } from './core/built.js';
export { noSuchLevel } from './level.js';
export { decodeLzmaAlone } from './lzma-alone.js';
export { ENGINES } from './named-engine.js';
export { chooseStreamCompression, type StreamCompression, type StreamRequest } from './streams/choose-stream.js';
export { CONTAINERS, type StreamCompressionName } from './streams/index.js';
export * from './unpack.js';
