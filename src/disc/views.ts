// Views: a hierarchy in one address system. With a partition offset every hierarchy is on the disc twice, sharing the file
// data: once with addresses that count from the start of the medium, once with addresses from the start of partition 1.

import {
  BLOCK,
  directoryExtent,
  FieldRun,
  type Hierarchy,
  type Placement,
  pathTableBlocks,
  type ResolvedIsoOptions,
  recordedTime,
  renderDirectory,
  renderEnhanced,
  renderHierarchyPathTable,
  renderJoliet,
  renderPrimary,
  renderTerminator,
  rootRecord,
} from '../format/iso9660/index.js';
import type { Content, Piece } from '../io/index.js';
import type { Directory } from '../tree/index.js';
import type { AreaList, Emission } from './area.js';
import type { DiscFacts } from './facts.js';
import { gathered, type Part } from './gathered.js';
import type { Reservation } from './reservation.js';

export interface View {
  readonly hierarchy: Hierarchy;
  /** Block that is number 0 in this view: 0 or the start of the partition. */
  readonly origin: number;
  /** First block of the directories; the path tables follow, little-endian first. */
  readonly directories: number;
  readonly pathTableL: number;
  readonly pathTableM: number;
}

/** Adds the areas of a view and returns it. */
export function addView(areas: AreaList, hierarchy: Hierarchy, origin: number, emptyBlock: Reservation<number>): View {
  const tableBlocks = pathTableBlocks(hierarchy);
  const directories = areas.nextExact;
  const pathTableL = directories + hierarchy.directoryBlocks;
  const view = { hierarchy, origin, directories, pathTableL, pathTableM: pathTableL + tableBlocks };
  const name = `${origin > 0 ? 'partition ' : ''}${hierarchy.kind}`;
  const placement = (facts: DiscFacts): Placement => ({
    origin,
    directories,
    file: (node) => facts.place(node),
    emptyBlock: emptyBlock.value,
  });
  areas.add(`${name} directories`, hierarchy.directoryBlocks, ({ facts }) =>
    gathered(directoryParts(view, placement(facts), facts), facts),
  );
  for (const order of ['little', 'big'] as const) {
    areas.add(`${name} path table, ${order}-endian`, tableBlocks, ({ facts }) => {
      const table = renderHierarchyPathTable(hierarchy, order, placement(facts));
      return [table, { hole: tableBlocks * BLOCK - table.length }];
    });
  }
  return view;
}

/** Directories that hold a file whose place is known late are rendered at the end. */
function* directoryParts({ hierarchy }: View, placement: Placement, facts: DiscFacts): Generator<Part> {
  const scratch = new FieldRun();
  for (const index of hierarchy.placed) {
    const dir = hierarchy.directories[index]!;
    const isLate = holdsLateFile(dir.node, facts);
    const length = dir.size + dir.continuationBlocks * BLOCK;
    // What is rendered late cannot share the scratch with what is rendered meanwhile.
    yield { length, isLate, render: () => renderDirectory(hierarchy, index, placement, isLate ? undefined : scratch) };
  }
}

function holdsLateFile({ entries }: Directory<Content>, facts: DiscFacts): boolean {
  for (const node of entries.values()) if (node.kind === 'file' && facts.isLate(node.content)) return true;
  return false;
}

/**
 * The descriptors of one address system in the order of the specification: primary, what `extra` gives, Joliet, terminator.
 * The volume of the whole medium reaches to its end; every other ends with the payload.
 */
export function* descriptorPieces(
  views: readonly View[],
  options: ResolvedIsoOptions,
  extra: readonly Uint8Array[],
  { facts }: Emission,
): Generator<Piece> {
  for (const view of views) {
    const isPrimary = view.hierarchy.kind === 'primary';
    const spaceSize = () => {
      // Partition 1 ends with the payload, in front of an ESP that the tree shows.
      if (view.origin > 0) return facts.payloadEnd - view.origin;
      return isPrimary ? facts.imageBlocks : facts.filesEnd;
    };
    const render = isPrimary ? renderPrimary : renderJoliet;
    yield facts.late(BLOCK, () => renderDescriptor(view, render, options, spaceSize()));
    if (!isPrimary) continue;
    yield* extra;
    if (options.level === 4) {
      yield facts.late(BLOCK, () => renderDescriptor(view, renderEnhanced, options, spaceSize()));
    }
  }
  yield renderTerminator();
}

function renderDescriptor(
  view: View,
  render: typeof renderPrimary,
  options: ResolvedIsoOptions,
  spaceSize: number,
): Uint8Array {
  const { hierarchy, origin } = view;
  const root = hierarchy.directories[0]!;
  const extent = directoryExtent(hierarchy, 0, view);
  return render(options.texts, {
    spaceSize,
    pathTableSize: hierarchy.pathTableSize,
    pathTableL: view.pathTableL - origin,
    pathTableM: view.pathTableM - origin,
    rootRecord: rootRecord(extent, root.size, recordedTime(root.node.mtime)),
    dates: options.dates,
  });
}
