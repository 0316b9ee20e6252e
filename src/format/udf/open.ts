// Opens UDF volumes: what their descriptors say, and their files as a tree.

import type { Source } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { recogniseUdf, type UdfVolumeFacts } from './read.js';
import { readTree } from './read-tree.js';
import { damaged, Volume } from './read-volume.js';

/** A volume opened for reading. */
export interface UdfImage {
  readonly facts: UdfVolumeFacts;
  /**
   * All files; contents are read when they are pulled. Throws {@link InvalidImageError} for a damaged volume,
   * {@link UnsupportedError} for files of strategy 4096.
   */
  tree(): Promise<FileTree>;
}

/**
 * Opens a UDF volume, with or without a metadata partition. Throws {@link InvalidImageError} for an image of another kind or
 * damaged, {@link UnsupportedError} for virtual and sparable partitions.
 */
export async function openUdf(image: Source): Promise<UdfImage> {
  const facts = await recogniseUdf(image);
  if (!facts) throw damaged('not-udf', 'This is not a UDF volume.');
  return { facts, tree: async () => readTree(await Volume.open(image)) };
}
