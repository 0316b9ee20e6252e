// Blocks and inodes that are unused although later ones are used, group by group. Only an image that is like an earlier one has any.

import type { BlockRun } from './data-space.js';
import type { Geometry } from './geometry.js';
import { type Inventory, inodeNumber } from './inventory.js';
import type { Placement } from './placement.js';

/** By group; groups without any are not there. */
export interface UnusedInGroups {
  readonly blocks: ReadonlyMap<number, readonly BlockRun[]>;
  /** Indexes in the inode table of the group. */
  readonly inodes: ReadonlyMap<number, readonly number[]>;
  /** Inodes of all groups. */
  readonly unusedInodes: number;
}

/** Finds what is unused before the last used block and inode. */
export function unusedInGroups(inventory: Inventory, geometry: Geometry, { gaps }: Placement): UnusedInGroups {
  const blocks = new Map<number, BlockRun[]>();
  for (const { at, size } of gaps) {
    for (const run of geometry.space.runs(at, size)) addByGroup(blocks, run, geometry);
  }
  const inodes = new Map<number, number[]>();
  let unusedInodes = 0;
  if (!inventory.earlier) return { blocks, inodes, unusedInodes };
  for (const [slot, node] of inventory.nodes.entries()) {
    if (node) continue;
    const index = inodeNumber(slot) - 1;
    const group = Math.floor(index / geometry.inodesPerGroup);
    listOf(inodes, group).push(index % geometry.inodesPerGroup);
    unusedInodes++;
  }
  return { blocks, inodes, unusedInodes };
}

/** Groups without metadata touch the one before them, so a run may be in several. */
function addByGroup(groups: Map<number, BlockRun[]>, { block, length }: BlockRun, geometry: Geometry): void {
  const end = block + length;
  for (let at = block; at < end; ) {
    const group = Math.floor((at - geometry.firstBlock) / geometry.blocksPerGroup);
    const next = Math.min(end, geometry.groupEnd(group));
    listOf(groups, group).push({ block: at, length: next - at });
    at = next;
  }
}

function listOf<T>(groups: Map<number, T[]>, group: number): T[] {
  const known = groups.get(group) ?? [];
  groups.set(group, known);
  return known;
}
