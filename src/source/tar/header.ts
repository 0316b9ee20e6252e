// The header block of a tar archive: POSIX ustar (IEEE 1003.1-2024, pax, "ustar Interchange Format") and GNU tar's variant
// of its last third. https://www.gnu.org/software/tar/manual/html_node/Standard.html

import { type ByteString, bytes, type Field, paddedText, reserved, struct, u8, type Value } from '../../bytes/index.js';

/** Everything in an archive is padded to blocks of this many bytes. */
export const BLOCK = 512;
/** The largest values of octal fields: sizes and times have 11 digits, other numbers 7. */
export const MOST_SIZE = 8 ** 11 - 1;
export const MOST_NUMBER = 8 ** 7 - 1;

const CHECKSUM_AT = 148;
const CHECKSUM_LENGTH = 8;

/** Octal digits ended by blank or NUL, or, with the highest bit set, a big-endian binary number (GNU, star). */
function numeric(at: number, length: number): Field<number> {
  return {
    at,
    length,
    read: (view, base) => readNumeric(view, base + at, length),
    write: (view, base, value) => {
      const digits = value.toString(8).padStart(length - 1, '0');
      for (let i = 0; i < length - 1; i++) view.setUint8(base + at + i, digits.charCodeAt(i));
      view.setUint8(base + at + length - 1, 0);
    },
  };
}

/** NaN for anything that is not a number. */
function readNumeric(view: DataView, at: number, length: number): number {
  return view.getUint8(at) & 0x80 ? readBinary(view, at, length) : readOctal(view, at, length);
}

/** Read digit by digit: every header has ten of these, and a million headers are common. */
function readOctal(view: DataView, at: number, length: number): number {
  const end = at + length;
  let next = at;
  while (next < end && isBlank(view.getUint8(next))) next++;
  let value = 0;
  for (; next < end && !isBlank(view.getUint8(next)); next++) {
    const digit = view.getUint8(next) - 0x30;
    if (digit < 0 || digit > 7) return Number.NaN;
    value = value * 8 + digit;
  }
  return value;
}

function isBlank(byte: number): boolean {
  return byte === 0 || byte === 0x20;
}

/** Two's complement in all bits but the highest, which only marks the form. */
function readBinary(view: DataView, at: number, length: number): number {
  const first = view.getUint8(at);
  let value = first & 0x40 ? (first & 0x7f) - 0x80 : first & 0x7f;
  for (let i = 1; i < length; i++) value = value * 256 + view.getUint8(at + i);
  return value;
}

/** The header as POSIX has it. */
export const ustarHeader = struct('tar header', BLOCK, {
  name: paddedText(0, 100, 0),
  mode: numeric(100, 8),
  uid: numeric(108, 8),
  gid: numeric(116, 8),
  size: numeric(124, 12),
  mtime: numeric(136, 12),
  checksum: numeric(CHECKSUM_AT, CHECKSUM_LENGTH),
  type: u8(156),
  linkName: paddedText(157, 100, 0),
  magic: paddedText(257, 8, 0),
  /** The user and the group by name, whose numbers are those of another machine. */
  names: reserved(265, 64),
  major: numeric(329, 8),
  minor: numeric(337, 8),
  prefix: paddedText(345, 155, 0),
  reserved500: reserved(500, 12),
});
export type UstarHeader = Value<typeof ustarHeader>;

/** The part in which GNU tar's header differs: the map of a sparse file instead of a prefix. */
export const gnuHeader = struct('GNU tar header', BLOCK, {
  common: bytes(0, 345),
  accessTime: bytes(345, 12),
  changeTime: bytes(357, 12),
  offset: bytes(369, 12),
  longNames: bytes(381, 4),
  unused: bytes(385, 1),
  sparse: bytes(386, 96),
  isExtended: u8(482),
  realSize: numeric(483, 12),
  reserved495: reserved(495, 17),
});

/** A further block of the map of a sparse file. */
export const gnuSparseExtension = struct('GNU tar sparse extension', BLOCK, {
  sparse: bytes(0, 504),
  isExtended: u8(504),
  reserved505: reserved(505, 7),
});

/** One range of a sparse file that holds data. */
export const gnuSparseEntry = struct('GNU tar sparse entry', 24, { at: numeric(0, 12), length: numeric(12, 12) });

/** Which of the three kinds of header a block is, by its magic. */
export function dialectOf({ magic }: UstarHeader): 'v7' | 'ustar' | 'gnu' {
  if (magic === 'ustar  ') return 'gnu';
  return magic.startsWith('ustar') ? 'ustar' : 'v7';
}

/** Text up to its first NUL: what follows is not part of it. */
export function cText(text: ByteString): ByteString {
  const end = text.indexOf('\0');
  return end < 0 ? text : (text.slice(0, end) as ByteString);
}

/** Whether a block is a header: the sum of its bytes is in it. */
export function isHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  const checksum = readNumeric(view, CHECKSUM_AT, CHECKSUM_LENGTH);
  let sum = 0;
  let high = 0;
  for (let i = 0; i < BLOCK; i++) {
    sum += block[i]!;
    high += block[i]! >> 7;
  }
  // The bytes of the checksum itself count as blanks.
  for (let i = CHECKSUM_AT; i < CHECKSUM_AT + CHECKSUM_LENGTH; i++) {
    sum += 0x20 - block[i]!;
    high -= block[i]! >> 7;
  }
  // Some old archivers added up signed characters.
  return checksum === sum || checksum === sum - high * 0x100;
}
