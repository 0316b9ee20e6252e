// Everything that machines boot from, made for one project.

import type { Run } from '../../io/index.js';
import type { Project } from '../project.js';
import { type BiosFiles, makeBiosFiles } from './bios-files.js';
import { collectSignedEfi, type EfiTree, makeUnsignedEfi } from './efi-files.js';
import { renderEarlyConfig, renderForwardingConfig } from './grub-config.js';
import type { ImageWorkshop } from './grub-image.js';

export interface BootFiles {
  readonly bios: BiosFiles | undefined;
  readonly efi: EfiTree | undefined;
}

export async function makeBootFiles(project: Project, workshop: ImageWorkshop, run: Run): Promise<BootFiles> {
  const { architecture, firmware, menu } = project;
  const earlyConfig = renderEarlyConfig(menu.mediumId, menu.grubDirectory);
  const forwardingConfig = renderForwardingConfig(menu.mediumId, menu.grubDirectory);
  const request = { architecture, earlyConfig, forwardingConfig, prefix: `/boot/${menu.grubDirectory}` };
  const bios = project.bios ? await makeBiosFiles(workshop, request, run) : undefined;
  if (firmware === 'bios') return { bios, efi: undefined };
  const efi = firmware === 'uefi' ? collectSignedEfi(workshop, request, run) : makeUnsignedEfi(workshop, request, run);
  return { bios, efi: await efi };
}
