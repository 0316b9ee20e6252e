// A hierarchy in one address system. With a partition offset every hierarchy is on the disc twice, sharing the file data: once
// with addresses that count from the start of the medium, once with addresses from the start of partition 1. Each copy is
// rendered separately: the copies are apart on the disc, so patching the extents of one rendering would keep all directories,
// over 100 bytes for each entry, in memory from the first copy to the second.

import {
  BLOCK,
  FieldRun,
  type Hierarchy,
  type Placement,
  pathTableBlocks,
  renderDirectory,
  renderHierarchyPathTable,
} from '../format/iso9660/index.js';
import type { Content } from '../io/index.js';
import type { Directory } from '../tree/index.js';
import type { AreaList } from './area.js';
import type { DiscFacts } from './facts.js';
import { gathered, type Part } from './gathered.js';
import type { Reservation } from './reservation.js';

export interface PlacedHierarchy {
  readonly hierarchy: Hierarchy;
  /** Block that is number 0 in its addresses: 0, or the start of the partition. */
  readonly origin: number;
  /** First block of the directories; the path tables follow, little-endian first. */
  readonly directories: number;
  readonly pathTableL: number;
  readonly pathTableM: number;
}

/** Adds the areas of a hierarchy. */
export function placeHierarchy(
  areas: AreaList,
  hierarchy: Hierarchy,
  origin: number,
  emptyBlock: Reservation<number>,
): PlacedHierarchy {
  const tableBlocks = pathTableBlocks(hierarchy);
  const directories = areas.nextExact;
  const pathTableL = directories + hierarchy.directoryBlocks;
  const placed = { hierarchy, origin, directories, pathTableL, pathTableM: pathTableL + tableBlocks };
  const name = `${origin > 0 ? 'partition ' : ''}${hierarchy.kind}`;
  const placement = (facts: DiscFacts): Placement => ({
    origin,
    directories,
    file: (node) => facts.place(node),
    emptyBlock: emptyBlock.value,
  });
  areas.add(`${name} directories`, hierarchy.directoryBlocks, ({ facts }) =>
    gathered(directoryParts(placed, placement(facts), facts), facts),
  );
  for (const order of ['little', 'big'] as const) {
    areas.add(`${name} path table, ${order}-endian`, tableBlocks, ({ facts }) => {
      const table = renderHierarchyPathTable(hierarchy, order, placement(facts));
      return [table, { hole: tableBlocks * BLOCK - table.length }];
    });
  }
  return placed;
}

/** Directories that hold a file whose place is known late are rendered at the end. */
function* directoryParts({ hierarchy }: PlacedHierarchy, placement: Placement, facts: DiscFacts): Generator<Part> {
  const scratch = new FieldRun();
  for (const index of hierarchy.placed) {
    const dir = hierarchy.directories[index]!;
    const isLate = holdsLateFile(dir.node, facts);
    const length = dir.size + dir.continuationBlocks * BLOCK;
    // A directory that is rendered later cannot share the scratch with those rendered before.
    yield { length, isLate, render: () => renderDirectory(hierarchy, index, placement, isLate ? undefined : scratch) };
  }
}

function holdsLateFile({ entries }: Directory<Content>, facts: DiscFacts): boolean {
  for (const node of entries.values()) if (node.kind === 'file' && facts.isLate(node.content)) return true;
  return false;
}
