// Floor 1: named compression engines behind one interface.

export type { EngineChoice } from '../native/index.js';
export { type CompressionRequest, chooseCompression, NO_COMPRESSION } from './choose.js';
export {
  type BlockCompressor,
  blockBuffer,
  type Compression,
  type CompressionName,
  type EngineId,
} from './compressor.js';
