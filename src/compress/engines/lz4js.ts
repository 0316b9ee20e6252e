// LZ4 blocks in plain script (LZ4 block format, "End of block conditions"): the fast encoder of lz4js.

import lz4 from 'lz4js';
import type { BlockCoder } from '../codec.js';

const TABLE_SIZE = 1 << 16;
/**
 * lz4js lets the last match start up to 10 bytes before the end. Decoders insist on 12 and take anything later for damage,
 * so it is not shown the last bytes.
 */
const HIDDEN = 3;
/** Lengths from here on continue in further bytes. */
const LONG = 15;
/** Bits of a token below the number of literals. */
const MATCH_BITS = 4;

/** Plain blocks without a frame. */
export function lz4Coder(): BlockCoder {
  const table = new Uint32Array(TABLE_SIZE);
  let target = new Uint8Array(0);
  return (block) => {
    const shown = block.length - HIDDEN;
    const limit = lz4.compressBound(block.length) + HIDDEN;
    if (target.length < limit) target = new Uint8Array(limit);
    // Entries of the previous block would match, and refer to other bytes.
    table.fill(0);
    const length = shown > 0 ? lz4.compressBlock(block, target, 0, shown, table) : 0;
    if (length === 0) return block;
    const { at, literals } = lastSequence(target, length);
    const end = putLiterals(target, at, block.subarray(shown - literals));
    return target.slice(0, end);
  };
}

/** Where the token of the last sequence is, which has literals only, and how many. */
function lastSequence(coded: Uint8Array, end: number): { readonly at: number; readonly literals: number } {
  for (let at = 0; ; ) {
    const token = coded[at]!;
    let next = at + 1;
    let literals = token >>> MATCH_BITS;
    if (literals === LONG) {
      let more: number;
      do {
        more = coded[next++]!;
        literals += more;
      } while (more === 0xff);
    }
    next += literals;
    if (next >= end) return { at, literals };
    next += 2;
    if ((token & 0xf) === LONG) while (coded[next++] === 0xff);
    at = next;
  }
}

/** Writes a sequence of literals alone; returns where it ends. */
function putLiterals(target: Uint8Array, at: number, literals: Uint8Array): number {
  let next = at + 1;
  if (literals.length < LONG) target[at] = literals.length << MATCH_BITS;
  else {
    target[at] = LONG << MATCH_BITS;
    let left = literals.length - LONG;
    for (; left >= 0xff; left -= 0xff) target[next++] = 0xff;
    target[next++] = left;
  }
  target.set(literals, next);
  return next + literals.length;
}

/** The bytes of a block, at most `limit`. The library checks nothing, so what does not fit is found out afterwards. */
export function lz4Decode(block: Uint8Array, limit: number): Uint8Array {
  const target = new Uint8Array(limit);
  const length = lz4.decompressBlock(block, target, 0, block.length, 0);
  if (!(length <= limit)) throw new Error('it is longer than its limit');
  return target.subarray(0, length);
}
