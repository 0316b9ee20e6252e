// The uncompressed archive that an initrd may start with, for what Linux looks for before it unpacks anything: microcode and
// ACPI tables (Documentation/arch/x86/microcode.rst, admin-guide/acpi/initrd_table_override.rst).

import { alignUp } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { type ExactContent, type Run, smallBytes } from '../../io/index.js';
import { CPIO_ALIGNMENT, HEADER_LENGTH, NAME_LENGTH_AT, SIZE_AT, TRAILER } from './newc.js';

/** The marks of both variants of the "new ASCII" format. */
const MAGICS = ['070701', '070702'];
/** dracut's mark of an early archive, and the place of what Linux looks for. */
const EARLY_NAMES = /^(\.|early_cpio|kernel(\/.*)?|TRAILER!!!)$/;
const LONGEST_NAME = 4096;
/** Zeros between two archives are looked through in steps of this many bytes. */
const STEP = 4096;
/** More members than any early archive has. */
const MOST_MEMBERS = 1000;

/** Whether the bytes of a file start as a cpio archive. */
export function isCpio(head: Uint8Array): boolean {
  return MAGICS.includes(Buffer.from(head.subarray(0, MAGICS[0]!.length)).toString('latin1'));
}

/**
 * Where the second archive of an initrd starts whose first one is an early archive; 0 if the first one is none. Throws
 * {@link InvalidImageError} for a first archive that is cut off.
 */
export async function earlyArchiveLength(initrd: ExactContent, run: Run): Promise<number> {
  let at = 0;
  for (let members = 0; members < MOST_MEMBERS; members++) {
    const { name, end } = await memberAt(initrd, at, run);
    if (!EARLY_NAMES.test(name)) return 0;
    at = end;
    if (name === TRAILER) return members === 0 ? 0 : firstByteFrom(initrd, at, run);
  }
  return 0;
}

interface Member {
  readonly name: string;
  /** Where the next one starts. */
  readonly end: number;
}

async function memberAt(initrd: ExactContent, at: number, run: Run): Promise<Member> {
  const head = await read(initrd, at, HEADER_LENGTH + LONGEST_NAME, run);
  const text = Buffer.from(head).toString('latin1');
  const number = (from: number) => Number.parseInt(text.slice(from, from + 8), 16);
  const nameLength = number(NAME_LENGTH_AT);
  const size = number(SIZE_AT);
  if (!isCpio(head) || !(nameLength > 0 && nameLength <= LONGEST_NAME) || !(size >= 0)) throw damaged(at);
  const name = text.slice(HEADER_LENGTH, HEADER_LENGTH + nameLength - 1);
  const data = alignUp(at + HEADER_LENGTH + nameLength, CPIO_ALIGNMENT);
  const end = alignUp(data + size, CPIO_ALIGNMENT);
  if (end > alignUp(initrd.size, CPIO_ALIGNMENT)) throw damaged(at);
  return { name, end };
}

/** Where the zeros end that fill an archive up. */
async function firstByteFrom(initrd: ExactContent, start: number, run: Run): Promise<number> {
  for (let at = start; at < initrd.size; at += STEP) {
    const bytes = await read(initrd, at, STEP, run);
    const found = bytes.findIndex((byte) => byte !== 0);
    if (found >= 0) return at + found;
  }
  return 0;
}

/** Up to `length` bytes. */
async function read(initrd: ExactContent, at: number, length: number, run: Run): Promise<Uint8Array> {
  const part = initrd.slice({ at, length: Math.min(length, Math.max(0, initrd.size - at)) });
  return (await smallBytes(part, run, length))!;
}

function damaged(at: number): InvalidImageError {
  return new InvalidImageError('cpio.damaged', 'The first archive of the initrd is damaged or cut off.', { at });
}
