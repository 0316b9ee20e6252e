// The plan of the whole ISO: disc metadata, media tree, root image, EFI system partition, boot structures, seal.

import { type DiscLayout, type DiscOptions, planDisc } from '../disc/index.js';
import type { FatLayout } from '../format/fat/index.js';
import { type Content, type ExactContent, type ImagePlan, withSeals } from '../io/index.js';
import { planEsp } from './esp.js';
import { type BootParts, mediaPaths, mediaTree } from './media-tree.js';
import type { Project } from './project.js';

const DEFAULT_PREPARER = 'ISOPRESS';
/** The partition of the ISO starts at this block of 2 KiB, so that it mounts by itself. */
const PARTITION_OFFSET = 16;
/** Sectors of 512 bytes that a BIOS loads of the El Torito image: GRUB's CD sector, which loads the rest. */
const LOADED_SECTORS = 4;

/** Plans the ISO around a planned root image. */
export function planMedium(project: Project, parts: BootParts, rootImage: Content): ImagePlan<DiscLayout> {
  const esp = parts.efi && planEsp(project, parts.efi);
  const disc = planDisc(mediaTree(project, parts, rootImage), discOptions(project, parts, esp));
  return project.seal === undefined ? disc : withSeals(disc, [project.seal]);
}

function discOptions(
  project: Project,
  parts: BootParts,
  esp: ImagePlan<FatLayout, ExactContent> | undefined,
): DiscOptions {
  const { type } = project.description;
  const { machine } = project.architecture;
  const mbr = parts.bios?.hybridMbr;
  return {
    volumeId: type.volid,
    publisher: type.publisher,
    preparer: DEFAULT_PREPARER,
    applicationId: type.application_id ?? project.menu.mediumId,
    epoch: project.epoch,
    seed: project.seed,
    joliet: true,
    rockRidge: '1.10',
    boot: {
      catalogPath: mediaPaths.catalog(machine),
      catalogHidden: true,
      ...(parts.bios
        ? {
            bios: {
              path: mediaPaths.elTorito(machine),
              bootInfoTable: true,
              grub2BootInfo: true,
              loadSectors: LOADED_SECTORS,
            },
          }
        : {}),
      ...(esp ? { efi: 'appended-esp' as const } : {}),
    },
    ...(mbr ? { mbr: { code: mbr, patchGrub2: true } } : {}),
    partitionTable: project.partitionTable,
    partitionOffset: PARTITION_OFFSET,
    ...(esp ? { appendedEsp: esp } : {}),
  };
}
