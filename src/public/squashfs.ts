// isopress/squashfs: squashfs 4.0 images from trees, and trees from such images.

import type { EngineChoice } from '../compress/index.js';
import * as squashfs from '../format/squashfs/index.js';
import type { Source } from '../io/index.js';

export { type Timestamp, timestamp } from '../bytes/index.js';
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
  type NamedEngine,
  NO_COMPRESSION,
  type Setting,
  type SettingValue,
  type XzSettings,
  type ZlibSettings,
} from '../compress/index.js';
export {
  planSquashfs,
  readSquashfsPlaces,
  recogniseSquashfs,
  type SquashfsFacts,
  type SquashfsImage,
  type SquashfsLayout,
  type SquashfsOptions,
  type SquashfsPlaces,
  type StoredPart,
} from '../format/squashfs/index.js';
export type { KeptPlaces } from '../tree/index.js';

/** How a squashfs image is read. */
export interface SquashfsReadOptions {
  /** The decoder of the blocks; it changes no byte of the result. Default `auto`. */
  readonly engine?: EngineChoice;
}

/**
 * Opens an image of squashfs 4.0 with any codec. Throws {@link InvalidImageError} for an image of another kind or a
 * damaged one, {@link UnsupportedError} for other versions and codecs.
 */
export function openSquashfs(image: Source, { engine }: SquashfsReadOptions = {}): Promise<squashfs.SquashfsImage> {
  return squashfs.openSquashfs(image, engine);
}
