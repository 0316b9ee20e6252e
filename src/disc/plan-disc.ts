// A whole disc: system area, volume descriptors, hierarchies, boot catalog, files, open files last, ESP, backup GPT.

import { defined, divCeil } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import {
  BLOCK,
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
} from '../format/iso9660/index.js';
import { planUdf } from '../format/udf/index.js';
import { type Content, type ImageEmitter, type ImagePlan, imageContent, type Piece, type Run } from '../io/index.js';
import { type FileTree, type Node, select } from '../tree/index.js';
import { type Area, emitAreas } from './area.js';
import { planBoot } from './boot.js';
import { withEsp } from './esp.js';
import { DiscFacts } from './facts.js';
import type { FilePlan } from './files.js';
import { partitionLayouts } from './hybrid.js';
import type { DiscLayout } from './layout.js';
import { discLosses } from './losses.js';
import { type DiscOptions, type ResolvedDiscOptions, resolveDisc } from './options.js';
import { discEndOf, placeAreas } from './place-areas.js';
import { shownIn, shownInUdf } from './shown.js';
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
  const inPartition = planPartitionHierarchies(boot.tree, hierarchies, resolved);
  if (resolved.iso.strict) for (const hierarchy of hierarchies) refuseLongPaths(hierarchy);
  const udf =
    resolved.udf && planUdf(shownInUdf(boot.tree, resolved), { ...udfTexts(resolved), revision: resolved.udf });
  const { list, files } = placeAreas(boot, { hierarchies, inPartition, udf, condition }, resolved);
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
  const emit = (run: Run, unread: boolean) => emitAreas(list, newFacts(), run, unread);
  if (!facts) return { sizeLimit, pieces: (run) => emit(run, false) as AsyncIterable<Piece>, layout };
  // Without open content nothing needs a backpatch: DiscFacts is complete from the start.
  return { ...imageContent(facts.imageBlocks * BLOCK, emit as ImageEmitter), layout };
}

function planHierarchies(tree: FileTree<Content>, options: ResolvedDiscOptions): Hierarchy[] {
  const { level, relax, strict, rockRidge: version, joliet: jolietKind } = options.iso;
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
    strict,
    ...(relocation ? { relocation } : {}),
    // Without Rock Ridge a link or a device would look like an empty file.
    ...(version ? { systemUse: rockRidge(isoTree, version, options.iso.xattrs) } : plainOnly),
  });
  if (!jolietKind) return [primary];
  const joliet = planHierarchy(shownIn('joliet', tree, options), {
    kind: 'joliet',
    names: jolietNames(jolietKind === 'long' ? JOLIET_LONG : JOLIET_LENGTH),
    multiExtent,
    strict,
    ...plainOnly,
  });
  return [primary, joliet];
}

/**
 * The hierarchies that a reader of partition 1 sees. The EFI boot image is after that partition, so it is not among them: a record of it
 * would lead to blocks that the partition does not have.
 */
function planPartitionHierarchies(
  tree: FileTree<Content>,
  hierarchies: readonly Hierarchy[],
  options: ResolvedDiscOptions,
): readonly Hierarchy[] {
  const { partitionOffset, espInTree, appendedEsp } = options;
  if (partitionOffset === 0 || !espInTree || hierarchies.length === 0) return hierarchies;
  const isInside = (node: Node<Content>) => node.kind !== 'file' || node.content !== appendedEsp;
  return planHierarchies(
    select(tree, (_, node) => isInside(node)),
    options,
  );
}

function udfTexts({ iso, epoch }: ResolvedDiscOptions) {
  return { volumeId: iso.texts.volumeId, epoch };
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
