// Cyclic redundancy checks of the formats: CRC-32C (ext4), CRC-32 (GPT), CRC-16/ARC (ext4 gdt_csum), CRC-16/CCITT (UDF).
// The 32-bit ones use sixteen tables, so that sixteen bytes are folded per step.

const SLICES = 16;
const crc32cTables = slicingTables(0x82f63b78);
const crc32Tables = slicingTables(0xedb88320);
const crc16Table = reflectedTable16(0xa001);
const ccittTable = forwardTable16(0x1021);

/**
 * CRC-32C without the customary final inversion, as ext4 and jbd2 use it: `seed` is ~0 or a previous result.
 * Unsigned 32-bit result.
 */
export function crc32c(seed: number, bytes: Uint8Array, from = 0, to = bytes.length): number {
  return sliced(crc32cTables, seed, bytes, from, to) >>> 0;
}

/** CRC-32C over one little-endian 32-bit word, continuing `seed`. */
export function crc32cWord(seed: number, word: number): number {
  // Called several times per inode: no array is made for four bytes.
  const table = crc32cTables[0];
  let crc = seed | 0;
  for (let shift = 0; shift < 32; shift += 8) crc = (crc >>> 8) ^ table[(crc ^ (word >>> shift)) & 0xff]!;
  return crc >>> 0;
}

/** CRC-32 of IEEE 802.3 with initial and final inversion, as in GPT, gzip and xz. `before`: that of the bytes before these. */
export function crc32(bytes: Uint8Array, from = 0, to = bytes.length, before = 0): number {
  return ~sliced(crc32Tables, ~before, bytes, from, to) >>> 0;
}

/** CRC-16/ARC (polynomial 0x8005 reflected) continuing `seed`: the checksum of ext4 group descriptors under gdt_csum. */
export function crc16(seed: number, bytes: Uint8Array): number {
  let crc = seed;
  for (const byte of bytes) crc = (crc >>> 8) ^ crc16Table[(crc ^ byte) & 0xff]!;
  return crc & 0xffff;
}

/** CRC-16/CCITT (polynomial 0x1021, initial 0): descriptor CRC of UDF (ECMA-167 1/7.2.6). */
export function crcCcitt(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ ccittTable[((crc >>> 8) ^ byte) & 0xff]!) & 0xffff;
  return crc;
}

function sliced(tables: Tables, seed: number, bytes: Uint8Array, from: number, to: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, t10, t11, t12, t13, t14, t15] = tables;
  let crc = seed | 0;
  let at = from;
  for (const end = to - (SLICES - 1); at < end; at += SLICES) {
    crc =
      t15[(bytes[at]! ^ crc) & 0xff]! ^
      t14[(bytes[at + 1]! ^ (crc >>> 8)) & 0xff]! ^
      t13[(bytes[at + 2]! ^ (crc >>> 16)) & 0xff]! ^
      t12[(bytes[at + 3]! ^ (crc >>> 24)) & 0xff]! ^
      t11[bytes[at + 4]!]! ^
      t10[bytes[at + 5]!]! ^
      t9[bytes[at + 6]!]! ^
      t8[bytes[at + 7]!]! ^
      t7[bytes[at + 8]!]! ^
      t6[bytes[at + 9]!]! ^
      t5[bytes[at + 10]!]! ^
      t4[bytes[at + 11]!]! ^
      t3[bytes[at + 12]!]! ^
      t2[bytes[at + 13]!]! ^
      t1[bytes[at + 14]!]! ^
      t0[bytes[at + 15]!]!;
  }
  for (; at < to; at++) crc = (crc >>> 8) ^ t0[(crc ^ bytes[at]!) & 0xff]!;
  return crc;
}

type Sixteen<T> = [T, T, T, T, T, T, T, T, T, T, T, T, T, T, T, T];
type Tables = Sixteen<Int32Array>;

function slicingTables(polynomial: number): Tables {
  const tables = Array.from({ length: SLICES }, () => new Int32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[0]![byte] = crc;
  }
  for (let slice = 1; slice < SLICES; slice++) {
    for (let byte = 0; byte < 256; byte++) {
      const previous = tables[slice - 1]![byte]!;
      tables[slice]![byte] = (previous >>> 8) ^ tables[0]![previous & 0xff]!;
    }
  }
  return tables as Tables;
}

function reflectedTable16(polynomial: number): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
}

function forwardTable16(polynomial: number): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ polynomial : crc << 1;
    return crc & 0xffff;
  });
}
