// The optional record of compressor settings behind the superblock (squashfs 4.0 format, "Compression options").

import { struct, u16le, u32le } from '../../bytes/index.js';
import type { Compression } from '../../compress/index.js';
import { renderMetadataBlock } from './metadata-block.js';

/** Settings of gzip. Readers need none of them. */
export const gzipOptions = struct('squashfs gzip options', 8, {
  level: u32le(0),
  /** log2 of the window in bytes: 8…15. */
  window: u16le(4),
  strategies: u16le(6),
});

const GZIP_DEFAULTS = { level: 9, window: 15, strategies: 0 };

/** The record as it stands in the image; undefined where readers want none: for gzip, with its defaults. */
export function renderCompressorOptions(compression: Compression): Uint8Array | undefined {
  if (compression.name !== 'gzip') return undefined;
  // zlib's scale ends at 9; readers take higher levels of other libraries for damage.
  const level = Math.min(compression.level, GZIP_DEFAULTS.level);
  if (level === GZIP_DEFAULTS.level) return undefined;
  return renderMetadataBlock(gzipOptions.encode({ ...GZIP_DEFAULTS, level }), undefined);
}
