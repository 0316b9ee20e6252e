// A whole disc: system area, volume descriptors, hierarchies, boot catalog, files, open files last, ESP, backup GPT.

import { defined, divCeil } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { emptySignatureBlock } from '../format/checkmedia/index.js';
import { CATALOG_SIZE, renderCatalog } from '../format/eltorito/index.js';
import {
  BLOCK,
  type FilePlace,
  type Hierarchy,
  isoNames,
  JOLIET_LENGTH,
  JOLIET_LONG,
  jolietNames,
  planHierarchy,
  refuseDeep,
  refuseLongPaths,
  relocateDeep,
  rockRidge,
  SYSTEM_AREA_BLOCKS,
} from '../format/iso9660/index.js';
import { planUdf, type UdfPlan } from '../format/udf/index.js';
import { type Content, type Data, deriveUuid, exactContent, exactly, type ImagePlan, type Run } from '../io/index.js';
import type { File, FileTree, Node } from '../tree/index.js';
import { type Area, AreaList, type AreaPieces, emitAreas } from './area.js';
import { type BootPlan, bootImages, planBoot } from './boot.js';
import { descriptorPieces, descriptorsOf } from './descriptors.js';
import { withEsp } from './esp.js';
import { type DiscEnd, DiscFacts } from './facts.js';
import { exactFilePieces, type FilePlan, openFilePieces, planFiles } from './files.js';
import {
  backupGptBlocks,
  blocksToPayloadEnd,
  partitionLayouts,
  renderDiscEnd,
  renderSystemArea,
  SYSTEM_AREA,
} from './hybrid.js';
import type { DiscLayout } from './layout.js';
import { discLosses } from './losses.js';
import { type DiscOptions, type ResolvedDiscOptions, resolveDisc } from './options.js';
import { type PlacedHierarchy, placeHierarchy } from './placed-hierarchy.js';
import { Reservation } from './reservation.js';
import { shownIn, shownInUdf } from './shown.js';
import { addEndAnchor, addRecognition, addUdf, endBlocks, type PlacedUdf } from './udf.js';
import { settleUdf, type UdfCondition } from './udf-need.js';

const LAYOUT_VERSION = 2;
const MAX_BLOCKS = 0xffff_ffff;
/** More blocks than the largest cylinder has. */
const MOST_ALIGNMENT = 4096;

/**
 * Plans a disc from a tree. If all content is exact, so is the disc, and it can stream to a pipe; open content makes it
 * open, with everything in its head that depends on the end as backpatches.
 */
export function planDisc(tree: FileTree<Content>, options: DiscOptions): ImagePlan<DiscLayout> {
  const { options: resolved, condition } = settleUdf(tree, withEsp(tree, resolveDisc(options)));
  const boot = planBoot(tree, resolved);
  const hierarchies = resolved.iso9660 ? planHierarchies(boot.tree, resolved) : [];
  if (resolved.iso.strict) for (const hierarchy of hierarchies) refuseLongPaths(hierarchy);
  const udf =
    resolved.udf && planUdf(shownInUdf(boot.tree, resolved), { ...udfTexts(resolved), revision: resolved.udf });
  const { list, files } = placeAreas(boot, { hierarchies, udf, condition }, resolved);
  const { areas, payloadEnd } = list;
  const newFacts = () => new DiscFacts(files.places, discEndOf(resolved), payloadEnd);
  const sizeLimit = limitOf(areas, files, resolved);
  const facts = payloadEnd === undefined ? undefined : newFacts();
  const layout: DiscLayout = {
    format: resolved.iso9660 ? 'iso9660' : 'udf',
    layoutVersion: LAYOUT_VERSION,
    volumeId: resolved.iso.texts.volumeId,
    ...(resolved.layout ? { hybrid: resolved.layout } : {}),
    extensions: extensionsOf(resolved, condition),
    ...(facts ? { size: facts.imageBlocks * BLOCK } : {}),
    directories: hierarchies[0]?.directories.length ?? udf!.directories.size,
    areas: areas.map(({ name, block, blocks }) => ({ name, ...defined({ block, blocks }) })),
    bootEntries: boot.entries.map(({ asked: { platform, id }, image, media, sectors, node }) => {
      const block = (node && files.places.get(node)?.block) ?? payloadEnd;
      const given = { media: media === 'none' ? undefined : media, id: id === '' ? undefined : id };
      return { platform, image, sectors, ...defined({ ...given, block }) };
    }),
    partitions: partitionLayouts(resolved, facts),
    losses: discLosses(tree, resolved, hierarchies, udf),
  };
  const pieces = (run: Run) => emitAreas(list, newFacts(), run);
  if (!facts) return { sizeLimit, pieces, layout };
  // Without open content nothing needs a backpatch: DiscFacts is complete from the start.
  const exactPieces = pieces as (run: Run) => AsyncGenerator<Data>;
  return { ...exactContent(facts.imageBlocks * BLOCK, exactPieces), layout };
}

function planHierarchies(tree: FileTree<Content>, options: ResolvedDiscOptions): Hierarchy[] {
  const { level, relax, rockRidge: version, joliet: jolietKind } = options.iso;
  const multiExtent = level >= 3;
  const shown = shownIn('iso', tree, options);
  if (options.iso.deep === 'refuse') refuseDeep(shown);
  const relocation = options.iso.deep === 'relocate' ? relocateDeep(shown, options.epoch) : undefined;
  const isoTree = relocation?.tree ?? shown;
  const plainOnly = { shows: ({ kind }: Node<Content>) => kind === 'directory' || kind === 'file' };
  const primary = planHierarchy(isoTree, {
    kind: 'primary',
    names: isoNames({ level, relax, systemUse: version !== undefined }),
    multiExtent,
    ...(relocation ? { relocation } : {}),
    // Without Rock Ridge a link or a device would look like an empty file.
    ...(version ? { systemUse: rockRidge(isoTree, version, options.iso.xattrs) } : plainOnly),
  });
  if (!jolietKind) return [primary];
  const joliet = planHierarchy(shownIn('joliet', tree, options), {
    kind: 'joliet',
    names: jolietNames(jolietKind === 'long' ? JOLIET_LONG : JOLIET_LENGTH),
    multiExtent,
    ...plainOnly,
  });
  return [primary, joliet];
}

/** The file systems that share the disc. */
interface FileSystems {
  readonly hierarchies: readonly Hierarchy[];
  readonly udf: UdfPlan | undefined;
  readonly condition: UdfCondition;
}

function udfTexts({ iso, epoch }: ResolvedDiscOptions) {
  return { volumeId: iso.texts.volumeId, epoch };
}

interface PlacedAreas {
  readonly list: AreaList;
  readonly files: FilePlan;
}

/** Puts everything in its order; pieces are made when the areas are emitted, so they may refer to what comes later. */
function placeAreas(
  boot: BootPlan,
  { hierarchies, udf, condition }: FileSystems,
  options: ResolvedDiscOptions,
): PlacedAreas {
  const list = new AreaList();
  const origins = options.partitionOffset > 0 ? [0, options.partitionOffset] : [0];
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
    const descriptors = descriptorsOf(hierarchies, { level: options.iso.level, boots: boots && origin === 0 });
    const name = origin > 0 ? 'partition volume descriptors' : 'volume descriptors';
    const placedOf = (hierarchy: Hierarchy) =>
      placed.value.find((one) => one.origin === origin && one.hierarchy === hierarchy)!;
    const said = { options: options.iso, catalogBlock: () => catalogBlock.value, placedOf };
    list.add(name, descriptors.length, (emission) => descriptorPieces(descriptors, said, emission));
    if (udf && origin === 0) addRecognition(list, udf, condition);
  }
  const placedUdf = udf && addUdf(list, udf, { identity: volumeIdentity(options), condition });
  placed.settle(
    hierarchies.flatMap((hierarchy) => origins.map((origin) => placeHierarchy(list, hierarchy, origin, emptyBlock))),
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

function discEndOf(options: ResolvedDiscOptions): DiscEnd {
  const gptBlocks = backupGptBlocks(options);
  return {
    espBlocks: divCeil(options.appendedEsp?.size ?? 0, BLOCK),
    espFile: options.espInTree ? options.appendedEsp : undefined,
    endBlocks: gptBlocks + (options.udf ? endBlocks(gptBlocks) : 0),
  };
}

/** Most bytes the disc can get. Throws {@link InvalidInputError} beyond what 32-bit block numbers reach. */
function limitOf(areas: readonly Area[], files: FilePlan, options: ResolvedDiscOptions): number {
  const known = areas.reduce((sum, { blocks }) => sum + (blocks ?? 0), 0);
  const open = files.open.reduce((sum, { content }) => sum + divCeil(content.sizeLimit, BLOCK), 0);
  const most = known + open + (open > 0 && options.payloadEnd !== 'block' ? MOST_ALIGNMENT : 0);
  if (most <= MAX_BLOCKS) return most * BLOCK;
  throw new InvalidInputError('disc.too-large', 'The disc would be larger than the 8 TiB that ISO 9660 can address.');
}

function extensionsOf({ iso, iso9660, udf, udfAbove }: ResolvedDiscOptions, condition: UdfCondition): string[] {
  const ofIso = iso9660
    ? [
        ...(iso.level === 4 ? ['ISO 9660:1999'] : []),
        ...(iso.rockRidge ? [`Rock Ridge ${iso.rockRidge}`] : []),
        ...(iso.joliet ? ['Joliet'] : []),
      ]
    : [];
  return [...ofIso, ...(udf ? [`UDF ${udf}${condition ? ` if the files exceed ${udfAbove} bytes` : ''}`] : [])];
}
