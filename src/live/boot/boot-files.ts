// All boot files of one plan: the medium without kernel, initrd and root image. A script of the description may change
// them before the EFI system partition and the disc are made from them.

import { fromText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { ExactContent, Run } from '../../io/index.js';
import { directory, FileTree, follow, overlay } from '../../tree/index.js';
import type { BuildPlan } from '../plan/build-plan.js';
import { makeBiosFiles } from './bios-files.js';
import { readCdroot } from './cdroot.js';
import { editMedium } from './edit-script.js';
import { collectSignedEfi, type EfiTree, makeUnsignedEfi } from './efi-files.js';
import { renderEarlyConfig, renderForwardingConfig } from './grub-config.js';
import type { BootImageContext } from './grub-image.js';
import { findGfxboot, findIsolinux } from './isolinux-files.js';
import { type LoaderParts, loaderTree } from './loader-tree.js';
import { makeOpenFirmwareFiles } from './open-firmware.js';

export interface BootFiles {
  /** The medium's tree so far. */
  readonly tree: FileTree;
  /** Boot code for the first sector; undefined: BIOS machines do not boot the medium as a disk. */
  readonly hybridMbr: Uint8Array | undefined;
  /** Content of the EFI system partition; undefined: EFI machines do not boot the medium. */
  readonly efi: EfiTree | undefined;
}

/** The surroundings of a plan's boot files, and of the description's script. */
export interface BootFilesContext extends BootImageContext {
  /** Environment variables for a script, in addition to those of the image. */
  readonly environment: Readonly<Record<string, string>>;
  /** Every line that a script prints. */
  log(line: string): void;
}

export async function makeBootFiles(plan: BuildPlan, context: BootFilesContext, run: Run): Promise<BootFiles> {
  const parts = await makeParts(plan, context, run);
  const loaders = await loaderTree(plan, parts);
  const { cdroot, editScript, rootDirectory, epoch } = plan;
  const { workDirectory, environment, log } = context;
  const base = cdroot ? await readCdroot(cdroot, `${workDirectory}/cdroot.tar`, run) : undefined;
  const laid = base ? overlay(base, loaders) : loaders;
  const request = { workDirectory, environment, epoch, log };
  const tree =
    editScript && rootDirectory !== undefined
      ? await editMedium(laid, { ...request, rootDirectory, script: editScript }, run)
      : laid;
  return { tree, hybridMbr: parts.grubBios?.hybridMbr ?? parts.isolinux?.hybridMbr, efi: efiPart(plan, tree) };
}

async function makeParts(plan: BuildPlan, context: BootFilesContext, run: Run): Promise<LoaderParts> {
  const { architecture, menu, layout, description } = plan;
  const { grubDirectory, mediumId } = menu;
  const earlyConfig = renderEarlyConfig(mediumId, grubDirectory);
  const forwardingConfig = renderForwardingConfig(mediumId, grubDirectory);
  const extraModules = description.xenGuest ? ['multiboot'] : [];
  const request = { earlyConfig, forwardingConfig, prefix: `/boot/${grubDirectory}`, extraModules };
  const isHybrid = layout.partitionTable !== 'none';
  const openFirmware = architecture.openFirmwarePlatform;
  const { requiresShim } = description.generation;
  return {
    grubBios: layout.bios === 'grub' ? await makeBiosFiles(context, request, run) : undefined,
    isolinux: layout.bios === 'isolinux' ? await findIsolinux(context.root, isHybrid, run) : undefined,
    gfxboot: layout.bios === 'isolinux' ? findGfxboot(context.root, description.bootloaderTheme) : undefined,
    efi:
      layout.efi && architecture.efi
        ? await makeEfi(plan, context, { ...request, efi: architecture.efi, requiresShim }, run)
        : undefined,
    openFirmware: openFirmware ? await makeOpenFirmwareFiles(context, openFirmware, request, run) : undefined,
  };
}

function makeEfi(
  { firmware }: BuildPlan,
  context: BootFilesContext,
  request: Parameters<typeof makeUnsignedEfi>[1],
  run: Run,
): Promise<EfiTree> {
  return firmware === 'uefi' ? collectSignedEfi(context, request, run) : makeUnsignedEfi(context, request, run);
}

/** The directory EFI of the finished medium, as a separate tree. */
function efiPart({ layout, epoch }: BuildPlan, tree: FileTree): EfiTree | undefined {
  if (!layout.efi) return undefined;
  const efi = follow(tree, 'EFI');
  if (efi?.kind !== 'directory') {
    throw new InvalidInputError('live.no-efi-directory', 'The medium no longer has a directory EFI.', {
      hint: 'The script editbootconfig must leave it there.',
    });
  }
  return new FileTree(directory<ExactContent>({ mtime: epoch }, [[fromText('EFI'), efi]]));
}
