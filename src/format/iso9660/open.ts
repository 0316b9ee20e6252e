// Opens ISO 9660 volumes: what their descriptors say, and their files as a tree.

import { InvalidInputError } from '../../errors.js';
import type { Source } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { type IsoVolume, recogniseIso } from './read.js';
import { readTree } from './read-tree.js';
import { damaged, type HierarchyName, Volume } from './read-volume.js';

/** A volume opened for reading. */
export interface IsoImage {
  readonly facts: IsoVolume;
  /** Trees that the volume has over the same files, the one that keeps most first. */
  readonly hierarchies: readonly HierarchyName[];
  /** Defects of the volume, as far as its trees have been read. */
  readonly notes: readonly string[];
  /**
   * All files as a hierarchy has them, by default the first; contents are read when they are pulled, and those that cannot
   * be read throw then. Throws {@link InvalidImageError} for a damaged volume.
   */
  tree(hierarchy?: HierarchyName): Promise<FileTree>;
}

/** Opens an ISO 9660 volume. Throws {@link InvalidImageError} for an image of another kind or a damaged one. */
export async function openIso(image: Source): Promise<IsoImage> {
  const volume = await Volume.open(image);
  const facts = await recogniseIso(image);
  if (!facts) throw damaged('not-iso9660', 'This is not an ISO 9660 volume.');
  const hierarchies: HierarchyName[] = [
    ...(volume.skip === undefined ? [] : (['rock-ridge'] as const)),
    ...(volume.joliet ? (['joliet'] as const) : []),
    'iso9660',
  ];
  const tree = (hierarchy = hierarchies[0]!) => {
    if (hierarchies.includes(hierarchy)) return readTree(volume, hierarchy);
    throw new InvalidInputError('iso9660.hierarchy', `The volume has no hierarchy ${hierarchy}.`, {
      hint: `It has ${hierarchies.join(', ')}.`,
    });
  };
  return { facts, hierarchies, notes: volume.remarks.notes, tree };
}
