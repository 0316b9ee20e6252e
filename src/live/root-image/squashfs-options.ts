// `fscreateoptions` of a root image that is a squashfs itself: the options of mksquashfs that concern the image.

import { defined } from '../../bytes/index.js';
import type { CompressionRequest } from '../../compress/index.js';
import { MKSQUASHFS, type MksquashfsOptions, parseMksquashfsOptions } from '../../format/squashfs/index.js';
import { refuseOptions, refuseRest } from '../../options/index.js';

/** Default block size of a root image, in bytes. */
export const ROOT_BLOCK_SIZE = 1024 * 1024;

/** The options of the text; others are not set. */
export type SquashfsRootOptions = Pick<MksquashfsOptions, 'image' | 'compression' | 'dictionaryPercent'>;

/**
 * Throws `UnsupportedError` `squashfs.mksquashfs-option` for an option without meaning here, and for those that change
 * the tree, which is the unchanged root tree; `UsageError` for a bad value.
 */
export function readSquashfsRootOptions(text: string): SquashfsRootOptions {
  const { image, compression, dictionaryPercent, tree, refused, rest } = parseMksquashfsOptions(
    text.split(/\s+/).filter((word) => word !== ''),
  );
  refuseRest(MKSQUASHFS, rest);
  const instead = 'Prepare the root tree, or use the options of the build for excludes, owners, times and manifests.';
  refuseOptions(MKSQUASHFS, [...refused, ...tree.given.map((option) => ({ option, instead }))]);
  return { image, compression, ...defined({ dictionaryPercent }) };
}

/** Compression settings with the dictionary in bytes, which may be a share of the block. */
export function rootCompressionRequest(
  { compression, dictionaryPercent }: SquashfsRootOptions,
  blockSize: number,
): Partial<CompressionRequest> {
  if (dictionaryPercent === undefined) return compression;
  return { ...compression, dictionarySize: Math.floor((blockSize * dictionaryPercent) / 100) };
}
