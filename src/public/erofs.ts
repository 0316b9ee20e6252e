// isopress/erofs: EROFS images from trees, and trees from such images.

import type { EngineChoice } from '../compress/index.js';
import * as erofs from '../format/erofs/index.js';
import type { Source } from '../io/index.js';

export { type Timestamp, timestamp, type Uuid } from '../bytes/index.js';
export {
  CLUSTER_CODECS,
  type ClusterCodec,
  type ClusterCodecName,
  type ClusterEncoding,
  type ClusterFacts,
  type ClusterRequest,
  type EngineChoice,
  type EngineId,
  type LevelScale,
} from '../compress/index.js';
export {
  type EqualChunks,
  type ErofsFacts,
  type ErofsImage,
  type ErofsLayout,
  type ErofsOptions,
  type Fragments,
  findEqualChunks,
  type InodeForm,
  planErofs,
  recogniseErofs,
} from '../format/erofs/index.js';

/** How an EROFS image is read. */
export interface ErofsReadOptions {
  /** The decoder of the data; it changes no byte of the result. Default `auto`. */
  readonly engine?: EngineChoice;
}

/**
 * Opens an EROFS image. Throws {@link InvalidImageError} for an image of another kind or a damaged one, {@link UnsupportedError} for features
 * that are not read, such as data on further devices.
 */
export function openErofs(image: Source, { engine }: ErofsReadOptions = {}): Promise<erofs.ErofsImage> {
  return erofs.openErofs(image, engine);
}
