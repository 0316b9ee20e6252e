// Layer 2: keys of results, and stores that keep results.

export { Cache, type CacheFile } from './cache.js';
export { cachedClusters, cachedCompression } from './cached-compression.js';
export { type FileDigests, openFileDigests } from './file-digests.js';
export { ImageRecorder } from './image-recorder.js';
export { findImages, type KeptImage, keepImage } from './kept-image.js';
export { hexOf, KEY_VERSION, type KeyFields, type KeyValue, keyOf } from './key.js';
export {
  type CacheFacts,
  type CacheLimits,
  type Collected,
  cacheFacts,
  collectCache,
  type VerifiedCache,
  verifyCache,
} from './maintenance.js';
export { type CacheOptions, type CachePlace, type CachePlaces, checkCache, openCache } from './open-cache.js';
export type { Blob, CacheRecord } from './record.js';
