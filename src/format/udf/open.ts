// Opens UDF volumes: what their descriptors say, and their files as a tree.

import type { Source } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { damaged } from './damaged.js';
import { recogniseUdf, type UdfVolumeFacts } from './read.js';
import { readTree } from './read-tree.js';
import { Volume } from './read-volume.js';

/** A volume opened for reading. */
export interface UdfImage {
  readonly facts: UdfVolumeFacts;
  /** Defects of the volume, as far as its tree has been read. */
  readonly notes: readonly string[];
  /**
   * All files; contents are read when they are pulled. Entries that cannot be read, such as those of strategy 4096, are files
   * whose content throws then. Throws {@link InvalidImageError} for a volume whose root directory cannot be read.
   */
  tree(): Promise<FileTree>;
}

/**
 * Opens a UDF volume. Throws {@link InvalidImageError} for an image that is not one or is damaged, {@link UnsupportedError}
 * for unknown kinds of partitions.
 */
export async function openUdf(image: Source): Promise<UdfImage> {
  const facts = await recogniseUdf(image);
  if (!facts) throw damaged('not-udf', 'This is not a UDF volume.');
  const volume = await Volume.open(image);
  return { facts, notes: volume.remarks.notes, tree: () => readTree(volume) };
}
