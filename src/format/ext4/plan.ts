// From a tree to an ext4 image of known size: the plan is content and can itself be a file in another tree.

import { displayText, type Uuid } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import {
  type ExactContent,
  type Hole,
  type ImageEmitter,
  type ImagePlan,
  imageContent,
  type Range,
} from '../../io/index.js';
import type { FileTree, KeptPlaces, Loss } from '../../tree/index.js';
import { type Blueprint, planBlueprint } from './blueprint.js';
import { emitExt4 } from './emit.js';
import type { FeatureName } from './features.js';
import { countMoves } from './moves.js';
import { type Ext4Options, type ResolvedOptions, resolveExt4 } from './options.js';
import type { Ext4Places } from './read-places.js';
import { sections } from './sections.js';
import { takeInventory } from './take-inventory.js';

/** The decisions, for people and reports. */
export interface Ext4Layout {
  readonly format: 'ext4';
  /** Bytes of the file system. */
  readonly size: number;
  /** Bytes before it in the image. */
  readonly offset: number;
  readonly uuid: Uuid;
  readonly label: string;
  readonly features: readonly FeatureName[];
  readonly blockSize: number;
  readonly blocks: number;
  readonly freeBlocks: number;
  readonly groups: number;
  readonly groupsPerFlex: number;
  readonly inodeSize: number;
  readonly inodes: number;
  readonly freeInodes: number;
  /** Blocks of the journal, 0 without. */
  readonly journalBlocks: number;
  /** Blocks kept after each descriptor table for growing. */
  readonly reservedDescriptorBlocks: number;
  /** Blocks of extended attributes, each shared by all inodes that have the same. */
  readonly xattrBlocks: number;
  /** How many files have the places of the earlier image that was given; undefined without one. */
  readonly like: KeptPlaces | undefined;
  readonly losses: readonly Loss[];
}

/**
 * Plans an ext4 image of a tree. Throws {@link InvalidInputError} for options out of range, entries that ext4 cannot
 * hold (with their path) and a size that is too small (with the size needed).
 */
export function planExt4(tree: FileTree, options: Ext4Options): ImagePlan<Ext4Layout, ExactContent> {
  const blueprint = blueprintOf(tree, resolveExt4(options));
  const { offset } = blueprint.options;
  const emit: ImageEmitter = (run, unread) => {
    const pieces = emitExt4(blueprint, run, unread);
    return offset === 0 ? pieces : shifted(offset, pieces);
  };
  const layout = layoutOf(blueprint, options.like);
  return { ...imageContent(offset + blueprint.imageSize, emit, holesOf(blueprint)), layout };
}

/** If the places of an earlier image leave too little room in the given size, everything gets a new one. */
function blueprintOf(tree: FileTree, options: ResolvedOptions): Blueprint {
  const inventory = takeInventory(tree, options);
  if (!options.like) return planBlueprint(inventory, options);
  try {
    return planBlueprint(inventory, options);
  } catch (error) {
    if (!(error instanceof InvalidInputError) || error.code !== 'ext4.too-small') throw error;
    const alone = { ...options, like: undefined };
    return planBlueprint(takeInventory(tree, alone), alone);
  }
}

async function* shifted<P>(offset: number, pieces: AsyncIterable<P>): AsyncGenerator<P | Hole> {
  yield { hole: offset };
  yield* pieces;
}

/** Bytes of the smallest image that holds the tree with these options; their `size`, `slack` and `offset` do not count. */
export function smallestExt4Size(tree: FileTree, options: Ext4Options): number {
  const { like: _, ...others } = options;
  const resolved = resolveExt4({ ...others, size: 'auto', slack: 0 });
  return planBlueprint(takeInventory(tree, resolved), resolved).imageSize;
}

function layoutOf(blueprint: Blueprint, like: Ext4Places | undefined): Ext4Layout {
  const { options, inventory, geometry, placement, features, imageSize } = blueprint;
  return {
    format: 'ext4',
    size: imageSize,
    offset: options.offset,
    uuid: options.uuid,
    label: displayText(options.label),
    features,
    blockSize: geometry.blockSize,
    blocks: geometry.blocks,
    freeBlocks: geometry.space.capacity - placement.used,
    groups: geometry.groups,
    groupsPerFlex: 2 ** geometry.logGroupsPerFlex,
    inodeSize: geometry.inodeSize,
    inodes: geometry.inodes,
    freeInodes: geometry.inodes - blueprint.usedInodes,
    journalBlocks: placement.journal.blocks,
    reservedDescriptorBlocks: geometry.reservedDescriptorBlocks,
    xattrBlocks: inventory.xattrs.blocks.length,
    like: like && countMoves(inventory, geometry, placement, like),
    losses: inventory.losses.list(),
  };
}

/** Free space, unused inode tables and the like; the holes of files are not listed, they come as pieces. */
function holesOf(blueprint: Blueprint): Range[] {
  const { offset } = blueprint.options;
  const holes: { at: number; length: number }[] = offset > 0 ? [{ at: 0, length: offset }] : [];
  for (const { at: inside, length, render } of sections(blueprint)) {
    if (render) continue;
    const at = offset + inside;
    const last = holes.at(-1);
    if (last && last.at + last.length === at) last.length += length;
    else holes.push({ at, length });
  }
  return holes;
}
