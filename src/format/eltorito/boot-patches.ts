// Facts that are patched into boot images: the boot info table of ISOLINUX and GRUB (bytes 8…63),
// and the address from which GRUB's CD loader reads its rest (bytes 2548…2555).

import { reserved, struct, u32le, u64le } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';

/** Byte of the image at which the table is, and the first one that its checksum covers. */
export const BOOT_INFO_AT = 8;
export const BOOT_INFO_END = 64;
/** Byte of GRUB's image at which the address is. */
export const GRUB_INFO_AT = 2548;
/** Virtual sectors of 512 bytes in a block of the disc. */
export const SECTORS_PER_BLOCK = 4;

export const bootInfoTable = struct('boot info table', 56, {
  primaryDescriptorBlock: u32le(0),
  block: u32le(4),
  /** Bytes. */
  size: u32le(8),
  /** Sum of all little-endian 32-bit words from byte 64. */
  checksum: u32le(12),
  reserved16: reserved(16, 40),
});

export const grubBootInfo = struct('GRUB boot info', 8, { sector: u64le(0) });

export interface BootPatches {
  readonly bootInfoTable: boolean;
  readonly grubBootInfo: boolean;
}

const ISOLINUX_MARK_AT = 64;
const ISOLINUX_MARK = Uint8Array.of(0xfb, 0xc0, 0x78, 0x70);

/** Whether a boot image is ISOLINUX's, by the mark that its code for disks looks for. */
export function isIsolinux(image: Uint8Array): boolean {
  return ISOLINUX_MARK.every((byte, i) => image[ISOLINUX_MARK_AT + i] === byte);
}

/**
 * Throws {@link InvalidInputError} for an image that ISOLINUX's boot code for disks would not start: the code looks for
 * a mark in it and stops without.
 */
export function checkIsolinux(path: string, image: Uint8Array): void {
  if (isIsolinux(image)) return;
  throw new InvalidInputError(
    'eltorito.not-isolinux',
    'The boot image is not an isolinux.bin that starts from a disk.',
    {
      path,
      hint: 'Give the isolinux.bin of Syslinux 3.72 or newer, or choose another layout.',
    },
  );
}

/** Bytes an image needs to have for the patches wanted. Throws {@link InvalidInputError} if it is too small. */
export function checkPatchable(path: string, size: number, wanted: BootPatches): void {
  const least = wanted.grubBootInfo ? GRUB_INFO_AT + 8 : wanted.bootInfoTable ? BOOT_INFO_END : 0;
  if (size >= least) return;
  throw new InvalidInputError(
    'eltorito.boot-image-too-small',
    `The boot image has ${size} bytes; its patches need ${least}.`,
    {
      path,
      hint: 'Name an El Torito image such as eltorito.img or isolinux.bin, or switch the patches off.',
    },
  );
}

/** The image as stored on the medium from `block` on. The checksum covers GRUB's address, so that is written first. */
export function patchBootImage(image: Uint8Array, block: number, wanted: BootPatches): Uint8Array {
  const patched = image.slice();
  if (wanted.grubBootInfo) {
    grubBootInfo.encodeInto({ sector: grubSector(block) }, patched, GRUB_INFO_AT);
  }
  if (wanted.bootInfoTable) {
    const table = { primaryDescriptorBlock: 16, block, size: image.length, checksum: bootInfoChecksum(patched) };
    bootInfoTable.encodeInto(table, patched, BOOT_INFO_AT);
  }
  return patched;
}

/** The address in GRUB's image at `block`: after four sectors of loader and one of core image, which loads the rest from there. */
export function grubSector(block: number): number {
  return block * SECTORS_PER_BLOCK + 5;
}

/** Sum of the little-endian words after the table; what is missing of the last word counts as zeros. */
export function bootInfoChecksum(image: Uint8Array): number {
  let sum = 0;
  for (let at = BOOT_INFO_END; at < image.length; at += 4) {
    const word = image[at]! | ((image[at + 1] ?? 0) << 8) | ((image[at + 2] ?? 0) << 16) | ((image[at + 3] ?? 0) << 24);
    sum = (sum + word) >>> 0;
  }
  return sum;
}
