// Canonical Huffman codes: words are ordered by length, then by symbol.

import type { BitReader } from './bit-reader.js';

export interface HuffmanTable {
  /** Decodes one symbol. Throws for bits that are not a code word. */
  next(bits: BitReader): number;
}

/** The table of a code in which symbol i has a word of `lengths[i]` bits, each from 1 to `longest`. */
export function huffmanTable(lengths: Uint8Array, longest: number): HuffmanTable {
  const counts = new Uint32Array(longest + 1);
  for (const length of lengths) counts[length]!++;
  const offsets = new Uint32Array(longest + 2);
  for (let length = 1; length <= longest; length++) offsets[length + 1] = offsets[length]! + counts[length]!;
  const places = offsets.slice();
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, length] of lengths.entries()) symbols[places[length]!++] = symbol;
  return {
    next: (bits) => {
      let code = 0;
      let first = 0;
      for (let length = 1; length <= longest; length++) {
        code = code * 2 + bits.read(1);
        const here = counts[length]!;
        if (code - first < here) return symbols[offsets[length]! + code - first]!;
        first = (first + here) * 2;
      }
      throw new Error('there is no such code word');
    },
  };
}
