// Requested boot entries of a disc, with their defaults and rules.

import { type InvalidInputError, UsageError } from '../errors.js';
import {
  CRITERIA_LENGTH,
  type Emulation,
  FIRST_ID_LENGTH,
  MAX_BOOT_IMAGES,
  type Platform,
  SECTION_ID_LENGTH,
} from '../format/eltorito/index.js';
import type { ExactContent } from '../io/index.js';

/** The boot image for BIOS. */
export interface BiosBootOptions {
  /** Path in the tree of the image that a BIOS loads, such as `boot/x86_64/loader/eltorito.img`. Its content must be exact. */
  readonly path: string;
  /** Write the boot info table into bytes 8…63 of the image. Default true. */
  readonly bootInfoTable?: boolean;
  /** Write the image's address into bytes 2548…2555, for GRUB's CD loader. Default: only in the layout `grub`. */
  readonly grub2BootInfo?: boolean;
  /** 512-byte sectors that the BIOS loads. Default 4. */
  readonly loadSectors?: number;
}

/** One entry of the boot catalog with all its fields. */
export interface BootEntryOptions {
  readonly platform: Platform;
  /** Path in the tree, `appended-esp`, or an image outside the tree, which no directory shows. */
  readonly image: string | ExactContent;
  /** The drive that the firmware emulates with the image. Default `none`. */
  readonly emulation?: Emulation;
  /** Default true. */
  readonly bootable?: boolean;
  /**
   * 512-byte sectors that the firmware loads, 0 to 65 535. Default: 1 of an emulated drive, 4 for a BIOS, otherwise the whole
   * image, or 0 if that has more than 65 535.
   */
  readonly loadSectors?: number;
  /** Real-mode segment for the image. Default 0, which means 0x7c0. */
  readonly loadSegment?: number;
  /** Maker of the entry: 24 characters in the first entry, 28 in the others. */
  readonly id?: string;
  /** Up to 20 bytes by which firmware may choose, the type first. */
  readonly criteria?: Uint8Array;
  /** Write the boot info table into bytes 8…63 of the image. Default false. */
  readonly bootInfoTable?: boolean;
  /** Write the image's address into bytes 2548…2555. Default false. */
  readonly grub2BootInfo?: boolean;
}

/** The boot images of a disc. */
export interface BootOptions {
  /** Path of the boot catalog if it is to be visible. Default `boot.catalog`. */
  readonly catalogPath?: string;
  /** Keep the catalog out of the directories. Default true. */
  readonly catalogHidden?: boolean;
  /** The first entry. */
  readonly bios?: BiosBootOptions;
  /** The entry after it: a FAT image in the tree, or the appended EFI system partition. */
  readonly efi?: { readonly path: string } | 'appended-esp';
  /** Entries after those. */
  readonly entries?: readonly BootEntryOptions[];
}

export interface ResolvedBootEntry {
  readonly platform: Platform;
  readonly image: string | ExactContent;
  readonly emulation: Emulation;
  readonly bootable: boolean;
  /** Undefined: the size of the image. */
  readonly loadSectors: number | undefined;
  readonly loadSegment: number;
  readonly id: string;
  readonly criteria: Uint8Array;
  readonly bootInfoTable: boolean;
  readonly grub2BootInfo: boolean;
}

interface Surroundings {
  /** Default of the BIOS image's patch. */
  readonly grub2BootInfo: boolean;
  readonly hasEsp: boolean;
}

/** All entries in their order. Throws {@link InvalidInputError} for values that a catalog cannot hold. */
export function resolveBootEntries(boot: BootOptions, around: Surroundings): ResolvedBootEntry[] {
  const { bios, efi, entries = [] } = boot;
  const asked: BootEntryOptions[] = [];
  if (bios) {
    const { path: image, bootInfoTable = true, grub2BootInfo = around.grub2BootInfo, loadSectors = 4 } = bios;
    asked.push({ platform: 'bios', image, bootInfoTable, grub2BootInfo, loadSectors });
    checkRange('The number of load sectors', loadSectors, 1, 0xffff);
  }
  if (efi) asked.push({ platform: 'efi', image: efi === 'appended-esp' ? efi : efi.path });
  asked.push(...entries);
  if (asked.length > MAX_BOOT_IMAGES) {
    throw conflict(`A boot catalog lists ${MAX_BOOT_IMAGES} images; there are ${asked.length}.`, 'Leave some out.');
  }
  return asked.map((entry, i) => resolveEntry(entry, i === 0, around.hasEsp));
}

function resolveEntry(entry: BootEntryOptions, isFirst: boolean, hasEsp: boolean): ResolvedBootEntry {
  const { platform, image, emulation = 'none', loadSegment = 0, id = '', criteria = new Uint8Array(0) } = entry;
  if (image === 'appended-esp' && !hasEsp) {
    const problem = 'The EFI boot entry refers to an appended partition, but none is given.';
    throw conflict(problem, 'Give the image of the ESP.');
  }
  const room = isFirst ? FIRST_ID_LENGTH : SECTION_ID_LENGTH;
  if (id.length > room || !/^[\x20-\x7e]*$/.test(id)) {
    throw conflict(`The id "${id}" of a boot entry is not up to ${room} ASCII characters.`, 'Choose another.');
  }
  if (criteria.length > CRITERIA_LENGTH) {
    throw conflict(`Selection criteria have ${CRITERIA_LENGTH} bytes, not ${criteria.length}.`, 'Give fewer.');
  }
  checkRange('The number of load sectors', entry.loadSectors ?? 0, 0, 0xffff);
  checkRange('The load segment', loadSegment, 0, 0xffff);
  const usual = emulation !== 'none' ? 1 : platform === 'bios' ? 4 : undefined;
  return {
    platform,
    image,
    emulation,
    bootable: entry.bootable ?? true,
    loadSectors: entry.loadSectors ?? usual,
    loadSegment,
    id,
    criteria,
    bootInfoTable: entry.bootInfoTable ?? false,
    grub2BootInfo: entry.grub2BootInfo ?? false,
  };
}

/** Throws {@link InvalidInputError} `disc.option-range` for a value that is not an integer between the two. */
export function checkRange(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new UsageError('disc.option-range', `${what} is ${value}; it must be a whole number from ${least} to ${most}.`);
}

/** An error for options that exclude each other. */
export function conflict(message: string, hint: string): InvalidInputError {
  return new UsageError('disc.options', message, { hint });
}
