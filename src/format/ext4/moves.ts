// How many files of an image are where an earlier image has them.

import { type KeptPlaces, MoveCounter } from '../../tree/index.js';
import type { Geometry } from './geometry.js';
import type { Inventory } from './inventory.js';
import type { Placement } from './placement.js';
import type { EarlierEntry, Ext4Places } from './read-places.js';

/** Counts the files of a planned image, and the bytes of their blocks, by the fate of their places. */
export function countMoves(
  { nodes, earlier = [], dataBlocks }: Inventory,
  { space, blockSize }: Geometry,
  { start }: Placement,
  like: Ext4Places,
): KeptPlaces {
  const moves = new MoveCounter();
  const found = new Set<EarlierEntry>();
  for (const [slot, node] of nodes.entries()) {
    if (node?.kind !== 'file') continue;
    const entry = earlier[slot];
    const bytes = dataBlocks[slot]! * blockSize;
    if (entry?.isFile) found.add(entry);
    if (!entry?.isFile) moves.count('added', bytes);
    else if (bytes === 0 || entry.extents[0]?.block === space.blockAt(start[slot]!)) moves.count('kept', bytes);
    else moves.count('moved', bytes);
  }
  for (const entry of filesOf(like)) {
    if (found.has(entry)) continue;
    const blocks = entry.extents.reduce((sum, { length }) => sum + length, 0);
    moves.count('removed', blocks * like.shape.blockSize);
  }
  return moves;
}

/** The files of an earlier image, each once. */
function filesOf({ root }: Ext4Places): Set<EarlierEntry> {
  const files = new Set<EarlierEntry>();
  const met = new Set<EarlierEntry>([root]);
  for (const { entries } of met) {
    for (const entry of entries.values()) (entry.isFile ? files : met).add(entry);
  }
  return files;
}
