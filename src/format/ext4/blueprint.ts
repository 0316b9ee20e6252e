// Everything decided about an image, before its first byte.

import { uuidBytes } from '../../bytes/index.js';
import { filesystemSeed } from './checksum.js';
import { ALWAYS, type FeatureName } from './features.js';
import { fitTree } from './fit.js';
import type { Geometry } from './geometry.js';
import type { Inventory } from './inventory.js';
import type { ResolvedOptions } from './options.js';
import type { Placement } from './placement.js';

export interface Blueprint {
  readonly options: ResolvedOptions;
  readonly inventory: Inventory;
  readonly geometry: Geometry;
  readonly placement: Placement;
  readonly features: readonly FeatureName[];
  /** Seed of all checksums. */
  readonly checksumSeed: number;
  /** First block behind all data. */
  readonly dataEnd: number;
  /** Bytes; may be more than the blocks of the file system. */
  readonly imageSize: number;
}

/** Decides everything. Throws what {@link fitTree} throws. */
export function draw(inventory: Inventory, options: ResolvedOptions): Blueprint {
  const { geometry, placement } = fitTree(inventory, options);
  const features: FeatureName[] = [...ALWAYS];
  if (options.dirIndex) features.push('dir_index');
  if (placement.journalBlocks > 0) features.push('has_journal');
  if (geometry.reservedDescriptorBlocks > 0) features.push('resize_inode');
  return {
    options,
    inventory,
    geometry,
    placement,
    features,
    checksumSeed: filesystemSeed(uuidBytes(options.uuid)),
    dataEnd: geometry.space.blockAt(placement.total - 1) + 1,
    imageSize: options.size === 'auto' ? geometry.blocks * options.blockSize : options.size,
  };
}
