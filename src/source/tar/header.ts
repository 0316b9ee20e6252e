// The header block of a tar archive: POSIX ustar (IEEE 1003.1-2024, pax, "ustar Interchange Format") and GNU tar's variant
// of its last third. https://www.gnu.org/software/tar/manual/html_node/Standard.html

import {
  type ByteString,
  byteStringOf,
  bytes,
  type Field,
  paddedText,
  reserved,
  struct,
  u8,
  type Value,
} from '../../bytes/index.js';

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
    read: (view, base) => readNumeric(new Uint8Array(view.buffer, view.byteOffset + base + at, length)),
    write: (view, base, value) => {
      const digits = value.toString(8).padStart(length - 1, '0');
      for (let i = 0; i < length - 1; i++) view.setUint8(base + at + i, digits.charCodeAt(i));
      view.setUint8(base + at + length - 1, 0);
    },
  };
}

/** NaN for anything that is not a number. */
function readNumeric(field: Uint8Array): number {
  if ((field[0]! & 0x80) === 0) {
    const match = /^[ \0]*([0-7]*)(?:[ \0]|$)/.exec(byteStringOf(field));
    if (!match) return Number.NaN;
    return match[1] === '' ? 0 : Number.parseInt(match[1]!, 8);
  }
  // Two's complement in all bits but the highest, which only marks the form.
  let value = field[0]! & 0x40 ? (field[0]! & 0x7f) - 0x80 : field[0]! & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
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
  magic: bytes(257, 8),
  userName: paddedText(265, 32, 0),
  groupName: paddedText(297, 32, 0),
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
  const text = byteStringOf(magic);
  if (text === 'ustar  \0') return 'gnu';
  return text.startsWith('ustar') ? 'ustar' : 'v7';
}

/** Text up to its first NUL: what follows is not part of it. */
export function cText(text: ByteString): ByteString {
  const end = text.indexOf('\0');
  return end < 0 ? text : (text.slice(0, end) as ByteString);
}

/** Whether a block is a header: the sum of its bytes is in it. */
export function isHeader(block: Uint8Array): boolean {
  const checksum = readNumeric(block.subarray(CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_LENGTH));
  let unsigned = 0;
  let signed = 0;
  for (let i = 0; i < BLOCK; i++) {
    const counted = i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_LENGTH ? 0x20 : block[i]!;
    unsigned += counted;
    // Some old archivers added up signed characters.
    signed += counted > 0x7f ? counted - 0x100 : counted;
  }
  return checksum === unsigned || checksum === signed;
}
