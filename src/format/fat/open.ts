// Opens FAT volumes: what their boot sector says, and their files as a tree.

import type { Source } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { readTree } from './read-tree.js';
import { Volume } from './read-volume.js';
import type { FatVolume } from './volume.js';

/** A volume opened for reading. */
export interface FatImage {
  readonly facts: FatVolume;
  /** Defects of the volume, as far as its tree has been read. */
  readonly notes: readonly string[];
  /**
   * All files; contents are read when they are pulled, and those that cannot be read throw then. Throws
   * {@link InvalidImageError} for a volume whose root directory cannot be read.
   */
  tree(): Promise<FileTree>;
}

/** Opens a FAT12, FAT16 or FAT32 volume. Throws {@link InvalidImageError} for an image of another kind or a damaged one. */
export async function openFat(image: Source): Promise<FatImage> {
  const volume = await Volume.open(image);
  return { facts: volume.facts, notes: volume.remarks.notes, tree: () => readTree(volume) };
}
