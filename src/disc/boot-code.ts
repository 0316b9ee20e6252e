// The check of boot code for an MBR: text in its place makes a disc that stops every BIOS.

import { InvalidInputError } from '../errors.js';
import { CODE_ROOM, hasBootMark, SECTOR } from '../format/mbr/index.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: machine code has them, text has not
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/;

/** Throws {@link InvalidInputError} `disc.boot-code` for bytes that are not the boot code of an MBR, alone or as a whole sector. */
export function checkBootCode(code: Uint8Array): void {
  const problem = problemOf(code);
  if (problem === undefined) return;
  throw new InvalidInputError('disc.boot-code', `The boot code of the MBR ${problem}.`, {
    hint: "Give a file such as GRUB's boot_hybrid.img or Syslinux's isohdpfx.bin.",
  });
}

function problemOf(code: Uint8Array): string | undefined {
  if (code.length === 0) return 'is empty';
  if (code.length > SECTOR) return `has ${code.length} bytes, and a sector has ${SECTOR}`;
  if (isText(code)) return 'is text';
  if (code.length === SECTOR) return hasBootMark(code) ? undefined : 'is a sector that does not end with 55 AA';
  // The bytes after it would be lost: the disk signature and the partitions are there.
  return code.length > CODE_ROOM ? `has ${code.length} bytes, and there is room for ${CODE_ROOM}` : undefined;
}

function isText(bytes: Uint8Array): boolean {
  try {
    return !CONTROL.test(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return false;
  }
}
