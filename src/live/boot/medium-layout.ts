// How a medium boots: which loaders it has, for which firmware, and whether it has a partition table for disks.

import { InvalidInputError, option, UnsupportedError, wording } from '../../errors.js';
import type { FileTree } from '../../tree/index.js';
import type { LiveDescription, LoaderLayout } from '../description/index.js';
import { type Architecture, type Firmware, isEfi } from '../plan/architecture.js';
import { findGrubDirectory } from './grub-data.js';
import { hasIsolinux } from './isolinux-files.js';

export interface MediumLayout {
  readonly loaders: LoaderLayout;
  /** The loader for BIOS machines; undefined: they do not boot. */
  readonly bios: 'grub' | 'isolinux' | undefined;
  /** Whether EFI machines boot. */
  readonly efi: boolean;
  /** Whether Open Firmware boots. */
  readonly openFirmware: boolean;
  /** `none`: the medium boots as a CD only. */
  readonly partitionTable: 'none' | 'mbr' | 'gpt' | 'gpt-hybrid';
}

export interface LayoutRequest {
  readonly root: FileTree;
  readonly layout?: LoaderLayout | undefined;
  readonly partitionTable?: 'mbr' | 'gpt' | 'gpt-hybrid' | undefined;
  note?: ((text: string) => void) | undefined;
}

/** Decides by the request, the description and its generation, in that order. Throws for settings that exclude each other. */
export function chooseLayout(
  description: LiveDescription,
  architecture: Architecture,
  firmware: Firmware,
  request: LayoutRequest,
): MediumLayout {
  const { generation, type, path } = description;
  const loaders = request.layout ?? usualLoaders(description, architecture, firmware, request);
  if (loaders !== 'grub' && !architecture.biosPlatform) {
    const message = `ISOLINUX boots x86 machines only, not ${architecture.machine}.`;
    throw new UnsupportedError('live.isolinux-platform', message, {
      path,
      hint: wording`Choose ${option('layout', 'grub')}.`,
    });
  }
  const efi = efiOf(loaders, architecture, firmware, request);
  const hasBios = architecture.biosPlatform !== undefined && (!isEfi(firmware) || loaders !== 'grub' || type.eficsm);
  const bios = hasBios ? (loaders === 'grub' ? 'grub' : 'isolinux') : undefined;
  const isHybrid = !generation.hybridByAttribute || type.hybrid || request.partitionTable !== undefined;
  const usual = loaders === 'grub' ? usualTable(description, firmware) : 'mbr';
  if (architecture.openFirmwarePlatform && request.partitionTable && request.partitionTable !== 'mbr') {
    const message = 'Open Firmware starts media by an MBR, not by a GPT.';
    throw new InvalidInputError('live.layout-table', message, {
      path,
      hint: wording`Leave ${option('partitionTable')} out.`,
    });
  }
  const partitionTable = isHybrid ? (request.partitionTable ?? usual) : 'none';
  if (bios === 'isolinux' && (partitionTable === 'gpt' || partitionTable === 'gpt-hybrid')) {
    throw new InvalidInputError('live.layout-table', 'Media with ISOLINUX have an MBR, not a GPT.', {
      path,
      hint: wording`Choose ${option('partitionTable', 'mbr')}, or ${option('layout', 'grub')}.`,
    });
  }
  return { loaders, bios, efi, openFirmware: architecture.openFirmwarePlatform !== undefined, partitionTable };
}

/** The loader of the generation; GRUB if the root tree has only that. */
function usualLoaders(
  description: LiveDescription,
  { biosPlatform }: Architecture,
  firmware: Firmware,
  { root, note }: LayoutRequest,
): LoaderLayout {
  if (!biosPlatform) return 'grub';
  const usual = description.generation.layout[isEfi(firmware) ? 'efi' : 'bios'];
  if (usual === 'grub' || hasIsolinux(root) || !findGrubDirectory(root, biosPlatform)) return usual;
  note?.('The root tree has no ISOLINUX; GRUB boots BIOS machines instead.');
  return 'grub';
}

/** An option takes precedence over the firmware of the description. */
function efiOf(loaders: LoaderLayout, architecture: Architecture, firmware: Firmware, request: LayoutRequest): boolean {
  if (loaders === 'isolinux') {
    if (isEfi(firmware)) request.note?.('The layout isolinux boots BIOS machines only; EFI machines do not boot.');
    return false;
  }
  if (loaders === 'isolinux+grub' && !isEfi(firmware)) {
    request.note?.('The layout isolinux+grub boots EFI machines too, with an unsigned GRUB.');
    return architecture.efi !== undefined;
  }
  return isEfi(firmware);
}

/** A BIOS medium always has an MBR. */
function usualTable({ type }: LiveDescription, firmware: Firmware): MediumLayout['partitionTable'] {
  if (type.efiparttable === 'msdos' || !isEfi(firmware)) return 'mbr';
  return type.gpt_hybrid_mbr ? 'gpt-hybrid' : 'gpt';
}
