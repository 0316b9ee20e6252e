// Named layouts: how firmware sees a disc as a disk, as data. Each name is one set of rules that is known
// to boot somewhere; what does not belong to it is refused rather than mixed in.

import { type InvalidInputError, UsageError } from '../errors.js';
import { cylinderSectors, geometryFor, MBR_TYPE } from '../format/mbr/index.js';

/** The kind of partition table on a disc. */
export type PartitionTable = 'none' | 'mbr' | 'gpt' | 'gpt-hybrid';

/** A layout of a disc by its name. */
export type LayoutName = 'plain' | 'grub' | 'isolinux' | 'gpt-only' | 'uefi-strict' | 'chrp';

/** Whether a layout needs a part, takes it, or has no place for it. */
export type LayoutPart = 'needed' | 'welcome' | 'refused';

/** The settings of a named layout. */
export interface NamedLayout {
  /** One line for `--help` and reports. */
  readonly summary: string;
  /** Tables it may have; the first is its default. */
  readonly tables: readonly PartitionTable[];
  /** Start of partition 1 in blocks of 2048 bytes. */
  readonly partitionOffset: 0 | 16;
  /** MBR type of partition 1. */
  readonly payloadType: number;
  /** The program that reads the address of the BIOS boot image from the MBR. */
  readonly bootCode: 'grub' | 'isolinux' | 'none';
  /** Where partition 1 has to end. */
  readonly payloadEnd: PayloadEnd;
  /** Whether the disk signature derives from the seed; otherwise it is 0. */
  readonly derivedSignature: boolean;
  readonly mbrCode: LayoutPart;
  readonly biosBoot: LayoutPart;
  readonly appendedEsp: LayoutPart;
}

/** The end of partition 1: after its last file, at a cylinder of the MBR's geometry, or at a multiple of 1 MiB. */
export type PayloadEnd = 'block' | 'cylinder' | 'mebibyte';

const SECTORS_PER_MEBIBYTE = 2048;

/** The layouts that have a name, and what each sets. */
export const NAMED_LAYOUTS: Readonly<Record<LayoutName, NamedLayout>> = {
  plain: {
    summary: 'no partition table: boots from CD drives only',
    tables: ['none'],
    partitionOffset: 0,
    payloadType: MBR_TYPE.empty,
    bootCode: 'none',
    payloadEnd: 'block',
    derivedSignature: false,
    mbrCode: 'refused',
    biosBoot: 'welcome',
    appendedEsp: 'refused',
  },
  grub: {
    summary: "GRUB's boot_hybrid.img in an MBR, a GPT, or both; the ESP is partition 2",
    tables: ['mbr', 'gpt', 'gpt-hybrid'],
    partitionOffset: 16,
    payloadType: MBR_TYPE.isoData,
    bootCode: 'grub',
    payloadEnd: 'block',
    derivedSignature: false,
    mbrCode: 'welcome',
    biosBoot: 'welcome',
    appendedEsp: 'welcome',
  },
  isolinux: {
    summary: "ISOLINUX's isohdpfx.bin in an MBR, partition 1 of type 0x17 ending at a cylinder; the ESP is partition 2",
    tables: ['mbr'],
    partitionOffset: 16,
    payloadType: MBR_TYPE.hiddenNtfs,
    bootCode: 'isolinux',
    payloadEnd: 'cylinder',
    derivedSignature: true,
    mbrCode: 'needed',
    biosBoot: 'needed',
    appendedEsp: 'welcome',
  },
  'gpt-only': {
    summary: 'a GPT with a protective MBR without code: disks boot by UEFI, CD drives by both',
    tables: ['gpt'],
    partitionOffset: 16,
    payloadType: MBR_TYPE.protective,
    bootCode: 'none',
    payloadEnd: 'block',
    derivedSignature: false,
    mbrCode: 'refused',
    biosBoot: 'welcome',
    appendedEsp: 'welcome',
  },
  'uefi-strict': {
    summary: 'only structures of the UEFI specification: no BIOS entry, one protective entry, an ESP at 1 MiB',
    tables: ['gpt'],
    partitionOffset: 16,
    payloadType: MBR_TYPE.protective,
    bootCode: 'none',
    payloadEnd: 'mebibyte',
    derivedSignature: false,
    mbrCode: 'refused',
    biosBoot: 'refused',
    appendedEsp: 'needed',
  },
  chrp: {
    summary:
      'one active partition of type 0x96 over the whole disc, without code: Open Firmware reads ppc/bootinfo.txt',
    tables: ['mbr'],
    partitionOffset: 0,
    payloadType: MBR_TYPE.chrp,
    bootCode: 'none',
    payloadEnd: 'block',
    derivedSignature: false,
    mbrCode: 'refused',
    biosBoot: 'refused',
    appendedEsp: 'refused',
  },
};

/** Names in the order of `--help`. */
export const LAYOUT_NAMES = Object.keys(NAMED_LAYOUTS) as readonly LayoutName[];

/** The options that a layout has a word in. */
interface LayoutParts {
  readonly partitionTable?: PartitionTable;
  readonly mbr?: object;
  readonly appendedEsp?: object;
  readonly boot?: {
    readonly bios?: { readonly bootInfoTable?: boolean; readonly grub2BootInfo?: boolean };
    readonly efi?: object | string;
    readonly entries?: readonly { readonly platform: string }[];
  };
}

/** Throws {@link InvalidInputError} `disc.layout` where options and the layout they name do not go together. */
export function checkLayout(name: LayoutName, options: LayoutParts): void {
  const layout = NAMED_LAYOUTS[name];
  const { partitionTable, boot, mbr, appendedEsp } = options;
  if (partitionTable && !layout.tables.includes(partitionTable)) {
    const usual = layout.tables.join(' or ');
    throw refusal(
      name,
      `has no partition table "${partitionTable}"`,
      `Leave the partition table out, or choose ${usual}.`,
    );
  }
  checkPart(name, layout.mbrCode, mbr, 'boot code for the MBR');
  checkPart(name, layout.biosBoot, boot?.bios, 'BIOS boot image');
  const efiImage = boot?.efi ?? boot?.entries?.find(({ platform }) => platform === 'efi');
  // An EFI boot image can be the partition that is needed.
  const esp = layout.appendedEsp === 'needed' ? (appendedEsp ?? efiImage) : appendedEsp;
  checkPart(name, layout.appendedEsp, esp, 'appended EFI system partition');
  if (layout.bootCode !== 'isolinux') return;
  if (boot?.bios?.grub2BootInfo) throw refusal(name, "does not take GRUB's boot info", 'Choose the layout "grub".');
  if (boot?.bios?.bootInfoTable === false) throw refusal(name, 'needs the boot info table', 'Leave it switched on.');
}

function checkPart(name: LayoutName, part: LayoutPart, given: object | string | undefined, what: string): void {
  if (part === 'needed' && given === undefined)
    throw refusal(name, `needs a ${what}`, `Give it, or choose another layout.`);
  if (part === 'refused' && given !== undefined) {
    throw refusal(name, `has no place for a ${what}`, `Leave it out, or choose another layout.`);
  }
}

/** The aligned end of a payload whose data ends at `sector`, with `behind` sectors to follow it. */
export function alignedEnd(sector: number, behind: number, end: PayloadEnd): number {
  if (end === 'block') return sector;
  const unit = end === 'mebibyte' ? SECTORS_PER_MEBIBYTE : cylinderSectors(geometryFor(sector, behind));
  return Math.ceil(sector / unit) * unit;
}

function refusal(name: LayoutName, problem: string, hint: string): InvalidInputError {
  return new UsageError('disc.layout', `The layout "${name}" ${problem}.`, { option: 'layout', hint });
}
