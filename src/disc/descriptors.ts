// The volume descriptors of a disc (ECMA-119 8), a set for each address system.

import { renderBootRecord } from '../format/eltorito/index.js';
import {
  BLOCK,
  directoryExtent,
  type Hierarchy,
  type ResolvedIsoOptions,
  recordedTime,
  renderEnhanced,
  renderJoliet,
  renderPrimary,
  renderTerminator,
  rootRecord,
} from '../format/iso9660/index.js';
import type { Piece } from '../io/index.js';
import type { Emission } from './area.js';
import type { DiscFacts } from './facts.js';
import type { PlacedHierarchy } from './placed-hierarchy.js';

/** A volume descriptor, with or without a hierarchy. */
export type Descriptor =
  | { readonly kind: 'primary' | 'enhanced' | 'joliet'; readonly hierarchy: Hierarchy }
  | { readonly kind: 'boot-record' | 'terminator' };

/** The descriptors of one address system, a block each, in the order of the specification. */
export function descriptorsOf(
  hierarchies: readonly Hierarchy[],
  { level, boots }: { readonly level: number; readonly boots: boolean },
): Descriptor[] {
  if (hierarchies.length === 0) return [];
  const descriptors = hierarchies.flatMap((hierarchy): Descriptor[] => {
    if (hierarchy.kind === 'joliet') return [{ kind: 'joliet', hierarchy }];
    const bootRecord: Descriptor[] = boots ? [{ kind: 'boot-record' }] : [];
    const enhanced: Descriptor[] = level === 4 ? [{ kind: 'enhanced', hierarchy }] : [];
    return [{ kind: 'primary', hierarchy }, ...bootRecord, ...enhanced];
  });
  return [...descriptors, { kind: 'terminator' }];
}

/** Values of descriptors other than the texts of the volume. */
export interface DescriptorFacts {
  readonly options: ResolvedIsoOptions;
  /** Block of the boot catalog. */
  catalogBlock(): number;
  placedOf(hierarchy: Hierarchy): PlacedHierarchy;
}

const RENDERERS = { primary: renderPrimary, enhanced: renderEnhanced, joliet: renderJoliet };

/** The descriptors as pieces. The primary volume of the medium reaches to its end; every other ends with the payload. */
export function* descriptorPieces(
  descriptors: readonly Descriptor[],
  { options, catalogBlock, placedOf }: DescriptorFacts,
  { facts }: Emission,
): Generator<Piece> {
  for (const descriptor of descriptors) {
    if ('hierarchy' in descriptor) {
      const placed = placedOf(descriptor.hierarchy);
      const render = RENDERERS[descriptor.kind];
      yield facts.late(BLOCK, () => renderDescriptor(placed, render, options, spaceSize(placed, facts)));
    } else if (descriptor.kind === 'boot-record') yield renderBootRecord(catalogBlock());
    else yield renderTerminator();
  }
}

/** Blocks of the volume. Partition 1 ends with the payload, before an ESP that the tree shows. */
function spaceSize({ origin, hierarchy }: PlacedHierarchy, facts: DiscFacts): number {
  if (origin > 0) return facts.payloadEnd - origin;
  return hierarchy.kind === 'primary' ? facts.imageBlocks : facts.filesEnd;
}

function renderDescriptor(
  placed: PlacedHierarchy,
  render: typeof renderPrimary,
  options: ResolvedIsoOptions,
  spaceSize: number,
): Uint8Array {
  const { hierarchy, origin } = placed;
  const root = hierarchy.directories[0]!;
  const extent = directoryExtent(hierarchy, 0, placed);
  return render(options.texts, {
    spaceSize,
    pathTableSize: hierarchy.pathTableSize,
    pathTableL: placed.pathTableL - origin,
    pathTableM: placed.pathTableM - origin,
    rootRecord: rootRecord(extent, root.size, recordedTime(root.node.mtime)),
    dates: options.dates,
  });
}
