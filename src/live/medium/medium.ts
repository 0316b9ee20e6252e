// The plan of the whole ISO: disc metadata, media tree, root image, EFI system partition, boot structures, seal.

import { type DiscLayout, type DiscOptions, planDisc } from '../../disc/index.js';
import { tagSeal } from '../../format/checkmedia/index.js';
import type { FatLayout } from '../../format/fat/index.js';
import { type Content, type ExactContent, type ImagePlan, withSeals } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import type { BootFiles } from '../boot/boot-files.js';
import { biosImagePath } from '../boot/loader-tree.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { planEsp } from './esp.js';
import { mediaPaths, mediaTree } from './media-tree.js';

const DEFAULT_PREPARER = 'ISOPRESS';
/** 512-byte sectors of the boot image that a BIOS loads; they load the rest. */
const LOADED_SECTORS = 4;
const UDF_REVISION = '1.02';
/** KIWI adds UDF if the files of a medium have more than this many bytes. */
const UDF_ABOVE = 4096 * 1024 * 1024;

/** The parts of a medium. */
export interface MediumParts extends BootFiles {
  /** May still be in the making. */
  readonly initrd: Content;
}

/** Plans the ISO around a planned root image. */
export function planMedium(plan: BuildPlan, parts: MediumParts, rootImage: Content): ImagePlan<DiscLayout> {
  const { tree, options } = mediumOf(plan, parts, rootImage);
  const disc = withoutIdLosses(planDisc(tree, options));
  return plan.tag === undefined ? disc : withSeals(disc, [tagSeal(plan.tag)]);
}

/** The input of the plan of an ISO: its files, and the options of the disc. */
export function mediumOf(
  plan: BuildPlan,
  parts: MediumParts,
  rootImage: Content,
): { readonly tree: FileTree<Content>; readonly options: DiscOptions } {
  const esp = parts.efi && planEsp(plan, parts.efi);
  const isHybrid = plan.layout.partitionTable !== 'none';
  const espFile = isHybrid ? undefined : esp;
  const tree = mediaTree(plan, { boot: parts.tree, initrd: parts.initrd, rootImage, espFile });
  return { tree, options: discOptions(plan, parts, esp) };
}

/** KIWI's publisher and the medium's id have lower-case letters: that one descriptor has them in capitals is not worth a note. */
function withoutIdLosses(disc: ImagePlan<DiscLayout>): ImagePlan<DiscLayout> {
  const losses = disc.layout.losses.filter(({ code }) => code !== 'iso9660.text');
  return { ...disc, layout: { ...disc.layout, losses } };
}

function discOptions(
  plan: BuildPlan,
  parts: MediumParts,
  esp: ImagePlan<FatLayout, ExactContent> | undefined,
): DiscOptions {
  const { description, architecture, layout, menu } = plan;
  const { type } = description;
  return {
    volumeId: type.volid,
    publisher: type.publisher,
    preparer: DEFAULT_PREPARER,
    applicationId: type.application_id ?? menu.mediumId,
    epoch: plan.epoch,
    seed: plan.seed,
    joliet: true,
    rockRidge: '1.10',
    ...(plan.udf === 'off' ? {} : { udf: UDF_REVISION }),
    ...(plan.udf === 'auto' ? { udfAbove: UDF_ABOVE } : {}),
    boot: {
      catalogPath: mediaPaths.catalog(architecture.machine),
      catalogHidden: true,
      ...(layout.bios ? { bios: { path: biosImagePath(plan), bootInfoTable: true, loadSectors: LOADED_SECTORS } } : {}),
      ...(esp ? { efi: efiEntry(plan) } : {}),
    },
    ...partitionOptions(plan, parts, esp),
  };
}

function efiEntry({ layout, architecture }: BuildPlan): NonNullable<DiscOptions['boot']>['efi'] & {} {
  return layout.partitionTable === 'none' ? { path: mediaPaths.esp(architecture.machine) } : 'appended-esp';
}

function partitionOptions(
  { layout, menu, description }: BuildPlan,
  { hybridMbr }: MediumParts,
  esp: ExactContent | undefined,
): Partial<DiscOptions> {
  const { partitionTable } = layout;
  if (partitionTable === 'none') return { layout: 'plain' };
  return {
    layout: layout.openFirmware ? 'chrp' : layout.bios === 'isolinux' ? 'isolinux' : 'grub',
    partitionTable,
    ...(hybridMbr ? { mbr: { code: hybridMbr } } : {}),
    ...(esp ? { appendedEsp: esp } : {}),
    // The oldest generation identified disks by the id of the medium.
    ...(description.generation.hybridByAttribute ? { diskSignature: Number(menu.mediumId) } : {}),
  };
}
