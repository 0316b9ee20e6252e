// Floor 1: named compression engines behind one interface.

export {
  type CompressionRequest,
  chooseCompression,
  type EngineChoice,
  NO_COMPRESSION,
} from './choose.js';
export {
  type BlockCompressor,
  blockBuffer,
  type Compression,
  type CompressionName,
  type EngineId,
} from './compressor.js';
