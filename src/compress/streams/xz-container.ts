// The container of LZMA2 in an xz file (The .xz File Format 1.2): streams with a CRC-32.

import { crc32 } from 'node:zlib';
import { concatBytes } from '../../bytes/index.js';

/** A block as the index counts it: bytes without its padding, and bytes before compression. */
export interface XzRecord {
  readonly unpadded: number;
  readonly size: number;
}

/** The bytes of a block with its padding, and how many they are without it. */
export interface XzBlock {
  readonly data: readonly Uint8Array[];
  readonly unpadded: number;
}

const CRC = 4;
const HEADER_SIZE = 12;
const FOOTER_SIZE = 12;
const BLOCK_HEADER_SIZE = 12;
/** CRC-32. */
const FLAGS = Buffer.of(0x00, 0x01);
const LZMA2 = 0x21;
/** Chunks of LZMA2 that are not compressed have at most 64 KiB; the first one resets the dictionary. */
const STORED_CHUNK = 0x10000;
const RESETS_DICTIONARY = 0x01;
const STORED = 0x02;

export function startOfStream(): Uint8Array {
  return concatBytes([Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00), FLAGS, checksum(FLAGS)]);
}

/** The index of all blocks, and the end of the stream. */
export function endOfStream(records: readonly XzRecord[]): Uint8Array {
  const numbers = [records.length, ...records.flatMap(({ unpadded, size }) => [unpadded, size])];
  const index = padded(Buffer.from([0x00, ...numbers.flatMap(variable)]));
  const footer = Buffer.alloc(6);
  footer.writeUInt32LE((index.length + CRC) / 4 - 1);
  FLAGS.copy(footer, 4);
  return concatBytes([index, checksum(index), checksum(footer), footer, Buffer.from('YZ')]);
}

/** The block of LZMA2 `data` that unpack to `bytes`. `dictionaryCode`: see {@link dictionaryFor}. */
export function lzma2Block(data: readonly Uint8Array[], bytes: Uint8Array, dictionaryCode: number): XzBlock {
  const header = Buffer.of(BLOCK_HEADER_SIZE / 4 - 1, 0x00, LZMA2, 0x01, dictionaryCode, 0, 0, 0);
  const length = data.reduce((sum, piece) => sum + piece.length, 0);
  const padding = new Uint8Array(-length & 3);
  return {
    data: [header, checksum(header), ...data, padding, checksum(bytes)],
    unpadded: BLOCK_HEADER_SIZE + length + CRC,
  };
}

/** A block of bytes that do not become smaller. */
export function storedBlock(bytes: Uint8Array, dictionary: number): XzBlock {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += STORED_CHUNK) {
    const chunk = bytes.subarray(at, at + STORED_CHUNK);
    const last = chunk.length - 1;
    chunks.push(Buffer.of(at === 0 ? RESETS_DICTIONARY : STORED, last >>> 8, last & 0xff), chunk);
  }
  return lzma2Block([...chunks, Buffer.of(0x00)], bytes, dictionaryFor(dictionary).code);
}

/** The only block of a file with a CRC-32. */
export function blockOf(file: Uint8Array): XzBlock {
  const view = Buffer.from(file.buffer, file.byteOffset, file.length);
  const indexSize = (view.readUInt32LE(file.length - FOOTER_SIZE + CRC) + 1) * 4;
  const index = view.subarray(file.length - FOOTER_SIZE - indexSize);
  // An indicator, the number of blocks (1), and the length of the block in bytes of seven bits.
  let unpadded = 0;
  for (let at = 2, weight = 1; ; at++, weight *= 0x80) {
    unpadded += (index[at]! & 0x7f) * weight;
    if (index[at]! < 0x80) break;
  }
  return { data: [file.subarray(HEADER_SIZE, file.length - FOOTER_SIZE - indexSize)], unpadded };
}

/** The smallest dictionary of 2^n or 3 × 2^n bytes that has `length`, and its code (5.3.1). */
export function dictionaryFor(length: number): { readonly size: number; readonly code: number } {
  for (let code = 0; ; code++) {
    const size = (2 | (code & 1)) * 2 ** (Math.floor(code / 2) + 11);
    if (size >= length) return { size, code };
  }
}

function checksum(bytes: Uint8Array): Buffer {
  const buffer = Buffer.alloc(CRC);
  buffer.writeUInt32LE(crc32(bytes));
  return buffer;
}

function padded(bytes: Uint8Array): Uint8Array {
  return concatBytes([bytes, new Uint8Array(-bytes.length & 3)]);
}

/** A number in bytes of seven bits, the lowest first (1.2). */
function variable(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
