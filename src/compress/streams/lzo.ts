// LZO1X in the file format of lzop, as Linux reads it (lib/decompress_unlzo.c): blocks of 256 KiB, each with one checksum.

import { concatBytes } from '../../bytes/index.js';
import type { Container } from './container.js';

const MAGIC = [0x89, 0x4c, 0x5a, 0x4f, 0x00, 0x0d, 0x0a, 0x1a, 0x0a];
/** Versions of the program, of its library, and of the oldest program that reads the file. */
const VERSIONS = [0x10, 0x30, 0x20, 0xa0, 0x09, 0x40];
/** LZO1X by any encoder; its level says nothing to a decoder. */
const METHOD = 0x03;
const LEVEL = 0x09;
/** An Adler-32 of the bytes of each block. */
const FLAGS = 0x0000_0001;
const REGULAR_FILE = 0o100644;

export const lzo: Container<'lzo'> = {
  name: 'lzo',
  levels: undefined,
  partSize: 256 * 1024,
  codec: 'lzo',
  parameters: () => [],
  open: () => ({
    head,
    part(bytes, coded) {
      const data = coded ?? bytes;
      return [words(bytes.length, data.length, adler32(bytes)), data];
    },
    tail: () => words(0),
  }),
};

function head(): Uint8Array {
  // Flags, mode, two halves of a time; then a name of no bytes.
  const header = concatBytes([
    Uint8Array.of(...VERSIONS, METHOD, LEVEL),
    words(FLAGS, REGULAR_FILE, 0, 0),
    Uint8Array.of(0),
  ]);
  return concatBytes([Uint8Array.from(MAGIC), header, words(adler32(header))]);
}

function words(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, i * 4);
  return bytes;
}

const MODULUS = 65_521;
/** Bytes whose sums stay below 2^32. */
const SAFE = 5552;

/** RFC 1950, 8.2. */
function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + SAFE, bytes.length);
    for (; at < end; at++) {
      low += bytes[at]!;
      high += low;
    }
    low %= MODULUS;
    high %= MODULUS;
  }
  return high * 0x10000 + low;
}
