// The areas of a disc in their order.

import { divCeil } from '../bytes/index.js';
import { emptySignatureBlock } from '../format/checkmedia/index.js';
import { CATALOG_SIZE, renderCatalog } from '../format/eltorito/index.js';
import { BLOCK, type FilePlace, type Hierarchy, SYSTEM_AREA_BLOCKS } from '../format/iso9660/index.js';
import type { UdfPlan } from '../format/udf/index.js';
import { type Content, deriveUuid, exactly } from '../io/index.js';
import type { File } from '../tree/index.js';
import { AreaList, type AreaPieces } from './area.js';
import { type BootPlan, bootImages } from './boot.js';
import { descriptorPieces, descriptorsOf } from './descriptors.js';
import type { DiscEnd } from './facts.js';
import { exactFilePieces, type FilePlan, openFilePieces, planFiles } from './files.js';
import { backupGptBlocks, blocksToPayloadEnd, renderDiscEnd, renderSystemArea, SYSTEM_AREA } from './hybrid.js';
import type { ResolvedDiscOptions } from './options.js';
import { type PlacedHierarchy, placeHierarchy } from './placed-hierarchy.js';
import { Reservation } from './reservation.js';
import { addEndAnchor, addRecognition, addUdf, endBlocks, type PlacedUdf } from './udf.js';
import type { UdfCondition } from './udf-need.js';

/** The file systems that share the disc. */
interface FileSystems {
  readonly hierarchies: readonly Hierarchy[];
  /** The same for readers of partition 1. */
  readonly inPartition: readonly Hierarchy[];
  readonly udf: UdfPlan | undefined;
  readonly condition: UdfCondition;
}

/** The areas in their order, and the files in them. */
interface PlacedAreas {
  readonly list: AreaList;
  readonly files: FilePlan;
}

/** Puts everything in its order; pieces are made when the areas are emitted, so they may refer to what comes later. */
export function placeAreas(
  boot: BootPlan,
  { hierarchies, inPartition, udf, condition }: FileSystems,
  options: ResolvedDiscOptions,
): PlacedAreas {
  const list = new AreaList();
  const origins = options.partitionOffset > 0 ? [0, options.partitionOffset] : [0];
  const seenFrom = (origin: number) => (origin > 0 ? inPartition : hierarchies);
  const boots = boot.entries.length > 0;
  const placed = new Reservation<readonly PlacedHierarchy[]>('set of placed hierarchies');
  const biosBlock = new Reservation<number | undefined>('block of the BIOS boot image');
  const catalogBlock = new Reservation<number>('block of the boot catalog');
  const emptyBlock = new Reservation<number>('empty block');

  list.add('system area', SYSTEM_AREA_BLOCKS, ({ facts }) => [
    facts.late(SYSTEM_AREA, () => renderSystemArea(options, facts, biosBlock.value)),
  ]);
  for (const origin of origins) {
    if (origin > 0) list.leaveUntil(origin + SYSTEM_AREA_BLOCKS);
    const descriptors = descriptorsOf(seenFrom(origin), { level: options.iso.level, boots: boots && origin === 0 });
    const name = origin > 0 ? 'partition volume descriptors' : 'volume descriptors';
    const placedOf = (hierarchy: Hierarchy) =>
      placed.value.find((one) => one.origin === origin && one.hierarchy === hierarchy)!;
    const said = { options: options.iso, catalogBlock: () => catalogBlock.value, placedOf };
    list.add(name, descriptors.length, (emission) => descriptorPieces(descriptors, said, emission));
    if (udf && origin === 0) addRecognition(list, udf, condition);
  }
  const placedUdf = udf && addUdf(list, udf, { identity: volumeIdentity(options), condition });
  placed.settle(
    hierarchies.flatMap((_, index) =>
      origins.map((origin) => placeHierarchy(list, seenFrom(origin)[index]!, origin, emptyBlock)),
    ),
  );
  // Records without data point here, as libisofs does it: an address that belongs to no file.
  emptyBlock.settle(list.nextExact);
  if (hierarchies.length > 0) list.add('empty block', 1, () => [{ hole: BLOCK }]);
  catalogBlock.settle(list.nextExact);
  if (boots) list.add('boot catalog', 1, catalogPieces(boot));
  if (options.signatureBlock) list.add('signature block', 1, () => [emptySignatureBlock()]);
  const catalogPlace: [File<Content>, FilePlace][] = boot.catalog
    ? [[boot.catalog, { block: catalogBlock.value, size: CATALOG_SIZE }]]
    : [];
  const files = planFiles(boot.tree, list.nextExact, {
    first: boot.first,
    given: new Map(catalogPlace),
    sort: options.sort,
    elsewhere: options.appendedEsp,
  });
  biosBlock.settle(boot.biosImage && files.places.get(boot.biosImage)!.block);
  addPayload(list, files, options);
  addDiscEnd(list, options, placedUdf);
  return { list, files };
}

/** Distinguishes this volume from others with the same label. */
function volumeIdentity({ seed }: ResolvedDiscOptions): string {
  return deriveUuid(seed(), 'udf volume').replaceAll('-', '').slice(0, 16);
}

function addPayload(list: AreaList, files: FilePlan, options: ResolvedDiscOptions): void {
  const { padBlocks } = options;
  // Even without blocks: empty files are checked again.
  list.add('files', files.blocks, exactFilePieces(files), files.exact.length > 0);
  for (const open of files.open) list.add(`open file ${open.path}`, undefined, openFilePieces(open));
  list.add('padding', padBlocks, () => [{ hole: padBlocks * BLOCK }]);
  if (options.payloadEnd !== 'block') {
    const known = files.open.length > 0 ? undefined : blocksToPayloadEnd(list.nextExact, options);
    list.add('alignment', known, ({ block }) => {
      const blocks = blocksToPayloadEnd(block, options);
      return blocks > 0 ? [{ hole: blocks * BLOCK }] : [];
    });
  }
  list.endPayload();
}

function addDiscEnd(list: AreaList, options: ResolvedDiscOptions, udf: PlacedUdf | undefined): void {
  const { espBlocks } = discEndOf(options);
  const gptBlocks = backupGptBlocks(options);
  const esp = options.appendedEsp;
  list.add('appended ESP', espBlocks, async function* ({ run }) {
    yield* exactly(esp!, run);
    const rest = espBlocks * BLOCK - esp!.size;
    if (rest > 0) yield { hole: rest };
  });
  if (udf) addEndAnchor(list, udf, gptBlocks);
  list.add('backup GPT', gptBlocks, ({ facts }) => [renderDiscEnd(options, facts)]);
}

function catalogPieces(boot: BootPlan): AreaPieces {
  return async function* ({ facts, run }) {
    const images = await bootImages(boot, facts, run);
    yield facts.late(CATALOG_SIZE, () => renderCatalog(images()));
  };
}

/** The areas after the payload. */
export function discEndOf(options: ResolvedDiscOptions): DiscEnd {
  const gptBlocks = backupGptBlocks(options);
  return {
    espBlocks: divCeil(options.appendedEsp?.size ?? 0, BLOCK),
    espFile: options.espInTree ? options.appendedEsp : undefined,
    endBlocks: gptBlocks + (options.udf ? endBlocks(gptBlocks) : 0),
  };
}
