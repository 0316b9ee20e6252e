// bzip2 streams, unpacked in script: nothing of the kind comes with Node. The format is that of bzip2 1.0 (blocks of at most
// 900 kB: Huffman codes, move to front, Burrows-Wheeler transform, runs), https://sourceware.org/bzip2/.

import { concatBytes } from '../bytes/index.js';
import { BitReader } from './bit-reader.js';
import { type HuffmanTable, huffmanTable } from './huffman.js';

const BLOCK_MAGIC = 0x314159265359;
const END_MAGIC = 0x177245385090;
const GROUP = 50;
const LONGEST_CODE = 20;
const BLOCK_UNIT = 100_000;
const LARGEST_BLOCK = 9 * BLOCK_UNIT;
/** Size of output pieces. */
const LARGEST_PIECE = 256 * 1024;
/** Five bytes of a block decode to at most 259. */
const MOST_PER_BYTE = 52;
/** Compressed bytes held in memory at once: more than any archive that still comes as bzip2. */
const LARGEST_INPUT = 1024 * 1024 * 1024;

/** The bytes of all streams in the input, block by block. Throws for broken ones. */
export async function* unpackBzip2(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bits = new BitReader(await gathered(pieces));
  // One for all blocks: a stream may have very many very small ones.
  const room = new Uint32Array(LARGEST_BLOCK);
  while (!bits.atEnd) {
    if (bits.read(24) !== 0x425a68) throw new Error('a stream does not start as bzip2');
    const level = bits.read(8) - 0x30;
    if (level < 1 || level > 9) throw new Error('the block size is not one of 1 to 9');
    let combined = 0;
    for (;;) {
      const magic = bits.read(24) * 0x1000000 + bits.read(24);
      const crc = bits.read32();
      if (magic === END_MAGIC) {
        if (crc !== combined) throw new Error('the checksum of a stream is wrong');
        break;
      }
      if (magic !== BLOCK_MAGIC) throw new Error('a block does not start as one');
      const block = readBlock(bits, room.subarray(0, level * BLOCK_UNIT));
      const actual = yield* expanded(block);
      if (actual !== crc) throw new Error('the checksum of a block is wrong');
      combined = (((combined << 1) | (combined >>> 31)) ^ crc) >>> 0;
    }
    bits.align();
  }
}

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > LARGEST_INPUT) throw new Error('it is larger than 1 GiB');
    parts.push(piece.slice());
  }
  return concatBytes(parts);
}

/** The block as it was before the last step of packing: runs of four and more still carry their count. */
function readBlock(bits: BitReader, room: Uint32Array): Uint8Array {
  if (bits.read(1) !== 0) throw new Error('a block is of the randomised kind, which is not read');
  const origin = bits.read(24);
  const symbols = readSymbolMap(bits);
  const { selectors, tables } = readTables(bits, symbols.length + 2);
  const count = readSymbols(bits, symbols, selectors, tables, room);
  if (origin >= count) throw new Error('a block starts outside itself');
  return untransformed(room, count, origin);
}

function readSymbolMap(bits: BitReader): number[] {
  const used: number[] = [];
  const groups = bits.read(16);
  for (let group = 0; group < 16; group++) {
    if (((groups >> (15 - group)) & 1) === 0) continue;
    const members = bits.read(16);
    for (let i = 0; i < 16; i++) if (((members >> (15 - i)) & 1) === 1) used.push(group * 16 + i);
  }
  if (used.length === 0) throw new Error('a block uses no byte at all');
  return used;
}

function readTables(bits: BitReader, alphabet: number): { selectors: Uint8Array; tables: HuffmanTable[] } {
  const count = bits.read(3);
  const selectors = new Uint8Array(bits.read(15));
  if (count < 2 || count > 6 || selectors.length === 0) throw new Error('a block has an impossible number of codes');
  const order = [0, 1, 2, 3, 4, 5];
  for (let i = 0; i < selectors.length; i++) {
    let rank = 0;
    while (bits.read(1) === 1) if (++rank >= count) throw new Error('a code is chosen that does not exist');
    const [chosen] = order.splice(rank, 1);
    order.unshift(chosen!);
    selectors[i] = chosen!;
  }
  const tables: HuffmanTable[] = [];
  for (let t = 0; t < count; t++) {
    const lengths = new Uint8Array(alphabet);
    let length = bits.read(5);
    for (let i = 0; i < alphabet; i++) {
      for (;;) {
        if (length < 1 || length > LONGEST_CODE) throw new Error('a code word has an impossible length');
        if (bits.read(1) === 0) break;
        length += bits.read(1) === 0 ? 1 : -1;
      }
      lengths[i] = length;
    }
    tables.push(huffmanTable(lengths, LONGEST_CODE));
  }
  return { selectors, tables };
}

/** Undoes the Huffman codes, the runs of zeros and move-to-front; returns how many bytes there are in `into`. */
function readSymbols(
  bits: BitReader,
  symbols: readonly number[],
  selectors: Uint8Array,
  tables: readonly HuffmanTable[],
  into: Uint32Array,
): number {
  const recent = Uint8Array.from(symbols);
  const end = symbols.length + 1;
  let count = 0;
  let run = 0;
  let weight = 1;
  for (let decoded = 0; ; decoded++) {
    const selector = selectors[Math.floor(decoded / GROUP)];
    if (selector === undefined) throw new Error('a block has no end');
    const symbol = tables[selector]!.next(bits);
    if (symbol < 2) {
      run += weight << symbol;
      weight *= 2;
      if (run > into.length) throw new Error('a block is longer than its stream allows');
      continue;
    }
    if (count + run > into.length) throw new Error('a block is longer than its stream allows');
    into.fill(recent[0]!, count, count + run);
    count += run;
    run = 0;
    weight = 1;
    if (symbol === end) return count;
    if (count === into.length) throw new Error('a block is longer than its stream allows');
    const byte = recent[symbol - 1]!;
    recent.copyWithin(1, 0, symbol - 1);
    recent[0] = byte;
    into[count++] = byte;
  }
}

/** Inverse Burrows-Wheeler transform, in place: each word holds a byte, and above it where its successor is. */
function untransformed(last: Uint32Array, count: number, origin: number): Uint8Array {
  const starts = new Uint32Array(256);
  for (let i = 0; i < count; i++) starts[last[i]!]!++;
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const here = starts[byte]!;
    starts[byte] = sum;
    sum += here;
  }
  for (let i = 0; i < count; i++) {
    const place = starts[last[i]! & 0xff]!++;
    last[place] = (last[place]! & 0xff) | (i << 8);
  }
  const bytes = new Uint8Array(count);
  let at = last[origin]! >>> 8;
  for (let i = 0; i < count; i++) {
    bytes[i] = last[at]! & 0xff;
    at = last[at]! >>> 8;
  }
  return bytes;
}

/** Yields the block with its runs spelled out; returns the checksum of all bytes. */
function* expanded(block: Uint8Array): Generator<Uint8Array, number> {
  const size = Math.min(LARGEST_PIECE, (block.length + 5) * MOST_PER_BYTE);
  let out = new Uint8Array(size);
  let filled = 0;
  let crc = 0xffffffff;
  let same = 0;
  let previous = -1;
  for (const byte of block) {
    // After four equal bytes comes the number of further ones.
    const repeat = same === 4 ? byte : 1;
    const value = same === 4 ? previous : byte;
    if (filled + repeat > out.length) {
      yield out.subarray(0, filled);
      out = new Uint8Array(size);
      filled = 0;
    }
    for (let i = 0; i < repeat; i++) crc = ((crc << 8) ^ CRC[(crc >>> 24) ^ value]!) >>> 0;
    out.fill(value, filled, filled + repeat);
    filled += repeat;
    if (same === 4) {
      same = 0;
      previous = -1;
    } else {
      same = byte === previous ? same + 1 : 1;
      previous = byte;
    }
  }
  if (filled > 0) yield out.subarray(0, filled);
  return ~crc >>> 0;
}

/** CRC-32 with the highest bit first. */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let i = 0; i < 8; i++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});
