// Places objects where an earlier image has them; what is new, or has grown, goes into gaps and to the end.

import { type DataObject, type DataObjectSource, dataObjects } from './data-objects.js';
import type { DataSpace } from './data-space.js';
import type { Extent } from './extent.js';
import { IndexGaps } from './index-gaps.js';
import { type Placement, Places } from './placement.js';
import type { Ext4Places, SystemPlace } from './read-places.js';
import type { SystemFile } from './system-files.js';

type Source = DataObjectSource<SystemFile>;
type Placed = DataObject<SystemFile>;

/** An object at an index of the data space. */
interface Claim {
  readonly object: Placed;
  readonly at: number;
  readonly size: number;
}

/**
 * Places everything as an earlier image has it. An object stays if its blocks were back to back in the data space, and it needs no more
 * of them. The result may exceed the capacity of the space: then it does not fit.
 */
export function placeLike(source: Source, like: Ext4Places): Placement {
  const places = new Places(source);
  const isSameShape = source.geometry.blockSize === like.shape.blockSize;
  const empty: Placed[] = [];
  const claims: Claim[] = [];
  const others: Placed[] = [];
  for (const object of dataObjects(source)) {
    const claim = isSameShape ? claimOf(object, places, source, like) : undefined;
    if (places.blocksOf(object) === 0) empty.push(object);
    else if (claim) claims.push(claim);
    else others.push(object);
  }
  const { kept, refused, gaps, end } = settle(claims);
  for (const object of empty) places.put(object, 0);
  for (const { object, at } of kept) places.put(object, at);
  const moved = new Map<Placed, number>();
  let [used, last] = [kept.reduce((sum, { size }) => sum + size, 0), end];
  for (const object of [...refused, ...others]) {
    const blocks = places.blocksOf(object);
    const found = gaps.take(blocks, (at) => blocks + places.treeBlocksOf(object, at));
    const at = found ?? last;
    const size = places.put(object, at);
    moved.set(object, at);
    used += size;
    if (found === undefined) last += size;
  }
  const all = [...kept, ...Array.from(moved, ([object, at]) => ({ object, at }))].sort((a, b) => a.at - b.at);
  const order = [...empty, ...all.map(({ object }) => object)];
  return places.finish({ order, gaps: gaps.rest(), used, end: last });
}

/** The place that an object has in the earlier image; undefined if it cannot stay there. */
function claimOf(object: Placed, places: Places, source: Source, like: Ext4Places): Claim | undefined {
  const { inventory, geometry } = source;
  const extents =
    object.kind === 'content' ? inventory.earlier?.[object.slot]?.extents : like.system.get(placeOf(object));
  const found = extents && stretchOf(extents, geometry.space);
  if (!found) return undefined;
  const blocks = places.blocksOf(object);
  const size = blocks + places.treeBlocksOf(object, found.at);
  // The blocks of an extent tree follow the content, where another writer may have put something else: `settle` sees to that.
  return blocks <= found.size ? { object, at: found.at, size } : undefined;
}

function placeOf(object: Exclude<Placed, { kind: 'content' }>): SystemPlace {
  if (object.kind !== 'system-file') return object.kind;
  return object.file.kind as SystemPlace;
}

/** Extents as one stretch of the data space; undefined if they are not. */
function stretchOf(extents: readonly Extent[], space: DataSpace): { at: number; size: number } | undefined {
  const [first] = extents;
  const at = first && space.indexAt(first.block);
  if (at === undefined) return undefined;
  let size = 0;
  for (const { block, length } of extents) {
    for (let done = 0; done < length; ) {
      if (space.indexAt(block + done) !== at + size) return undefined;
      const step = Math.min(length - done, space.consecutiveFrom(at + size));
      size += step;
      done += step;
    }
  }
  return at + size <= space.capacity ? { at, size } : undefined;
}

/** Of claims that overlap, the first one stays. */
function settle(claims: readonly Claim[]) {
  const kept: Claim[] = [];
  const refused: Placed[] = [];
  const gaps: { at: number; size: number }[] = [];
  let end = 0;
  for (const claim of [...claims].sort((a, b) => a.at - b.at)) {
    if (claim.at < end) {
      refused.push(claim.object);
      continue;
    }
    gaps.push({ at: end, size: claim.at - end });
    kept.push(claim);
    end = claim.at + claim.size;
  }
  const free = new IndexGaps();
  // The first gap is tried first: those that were added last are.
  for (const gap of gaps.reverse()) free.add(gap);
  return { kept, refused, gaps: free, end };
}
