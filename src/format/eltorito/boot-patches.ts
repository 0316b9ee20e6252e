// Facts that are patched into boot images: the boot info table of ISOLINUX and GRUB (bytes 8…63),
// and the address from which GRUB's CD loader reads its rest (bytes 2548…2555).

import { reserved, struct, u32le, u64le, type Value } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';

const TABLE_AT = 8;
const CHECKED_FROM = 64;
const GRUB_AT = 2548;
const SECTORS_PER_BLOCK = 4;

export const bootInfoTable = struct('boot info table', 56, {
  primaryDescriptorBlock: u32le(0),
  block: u32le(4),
  /** Bytes. */
  size: u32le(8),
  /** Sum of all little-endian 32-bit words from byte 64. */
  checksum: u32le(12),
  reserved16: reserved(16, 40),
});
export type BootInfoTable = Value<typeof bootInfoTable>;

const grubBootInfo = struct('GRUB boot info', 8, { sector: u64le(0) });

export interface BootPatches {
  readonly bootInfoTable: boolean;
  readonly grubBootInfo: boolean;
}

const ISOLINUX_MARK_AT = 64;
const ISOLINUX_MARK = Uint8Array.of(0xfb, 0xc0, 0x78, 0x70);

/**
 * Throws {@link InvalidInputError} for an image that ISOLINUX's boot code for disks would not start: the code looks for
 * a mark in it and stops without.
 */
export function checkIsolinux(path: string, image: Uint8Array): void {
  if (ISOLINUX_MARK.every((byte, i) => image[ISOLINUX_MARK_AT + i] === byte)) return;
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
  const least = wanted.grubBootInfo ? GRUB_AT + 8 : wanted.bootInfoTable ? CHECKED_FROM : 0;
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
    // Four sectors of CD loader, one of core image; the latter loads the rest from this address.
    grubBootInfo.encodeInto({ sector: block * SECTORS_PER_BLOCK + 5 }, patched, GRUB_AT);
  }
  if (wanted.bootInfoTable) {
    const table = { primaryDescriptorBlock: 16, block, size: image.length, checksum: checksum(patched) };
    bootInfoTable.encodeInto(table, patched, TABLE_AT);
  }
  return patched;
}

function checksum(image: Uint8Array): number {
  let sum = 0;
  for (let at = CHECKED_FROM; at < image.length; at += 4) {
    const word = image[at]! | ((image[at + 1] ?? 0) << 8) | ((image[at + 2] ?? 0) << 16) | ((image[at + 3] ?? 0) << 24);
    sum = (sum + word) >>> 0;
  }
  return sum;
}
