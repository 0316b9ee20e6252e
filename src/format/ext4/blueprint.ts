// All decisions about an image, before its first byte.

import { uuidBytes } from '../../bytes/index.js';
import { filesystemSeed, type Seed } from './checksum.js';
import { FEATURES, type FeatureName } from './features.js';
import { fitTree } from './fit.js';
import type { Geometry } from './geometry.js';
import type { Inventory } from './inventory.js';
import type { ResolvedOptions } from './options.js';
import type { Placement } from './placement.js';
import { highest } from './system-files.js';
import { type UnusedInGroups, unusedInGroups } from './unused.js';

export interface Blueprint {
  readonly options: ResolvedOptions;
  readonly inventory: Inventory;
  readonly geometry: Geometry;
  readonly placement: Placement;
  readonly features: readonly FeatureName[];
  /** Seed of all checksums. */
  readonly checksumSeed: Seed;
  /** Highest inode number in use. */
  readonly lastInode: number;
  /** Inodes that are used or reserved. */
  readonly usedInodes: number;
  /** Unused blocks and inodes before the last used ones. */
  readonly gaps: UnusedInGroups;
  /** First block after all data. */
  readonly dataEnd: number;
  /** Bytes of the image; may be more than the blocks of the file system. */
  readonly imageSize: number;
}

/** Decides everything. Throws what {@link fitTree} throws. */
export function planBlueprint(inventory: Inventory, options: ResolvedOptions): Blueprint {
  const { geometry, placement } = fitTree(inventory, options);
  const absent = new Set<FeatureName>();
  if (placement.journal.blocks === 0) absent.add('has_journal').add('orphan_file');
  if (geometry.reservedDescriptorBlocks === 0) absent.add('resize_inode');
  const wanted = new Set(options.features);
  if (geometry.hasMetaGroups) wanted.add('meta_bg');
  const features = FEATURES.filter((name) => wanted.has(name) && !absent.has(name));
  const lastInode = highest(
    inventory,
    placement.system.map(({ file }) => file),
  );
  const gaps = unusedInGroups(inventory, geometry, placement);
  return {
    options,
    inventory,
    geometry,
    placement,
    features,
    checksumSeed: features.includes('metadata_csum') ? filesystemSeed(uuidBytes(options.uuid)) : undefined,
    lastInode,
    usedInodes: lastInode - gaps.unusedInodes,
    gaps,
    dataEnd: geometry.space.blockAt(placement.end - 1) + 1,
    imageSize: options.size === 'auto' ? geometry.blocks * options.blockSize : options.size,
  };
}
