// LZO1X blocks back into bytes, as Linux describes the stream (Documentation/staging/lzo.rst), everything checked.

import { copyMatch } from './decode-lz4.js';

/** First bytes from here on are literals, that many and more. */
const FIRST_LITERALS = 17;
/** Distance of the far matches, which the end of a stream has none of. */
const FAR = 0x4000;

/** The bytes of a block, at most `limit`. Throws for anything that is not a whole block. */
export function decodeLzo(block: Uint8Array, limit: number): Uint8Array {
  return new LzoDecoder(block, limit).decode();
}

class LzoDecoder {
  readonly #input: Uint8Array;
  readonly #output: Uint8Array;
  #at = 0;
  #end = 0;
  /** Literals behind the last instruction: 0 to 3, or 4 for a long run of them. */
  #state = 0;

  constructor(block: Uint8Array, limit: number) {
    this.#input = block;
    this.#output = new Uint8Array(limit);
  }

  decode(): Uint8Array {
    const first = this.#input[0] ?? 0;
    if (first > FIRST_LITERALS) {
      this.#at = 1;
      this.#literals(first - FIRST_LITERALS);
      this.#state = Math.min(first - FIRST_LITERALS, 4);
    }
    for (;;) {
      const code = this.#byte();
      if (code >= 0x40) this.#near(code);
      else if (code >= 0x20) {
        const length = this.#length(code & 0x1f, 0x1f) + 2;
        const tail = this.#pair();
        this.#match((tail >>> 2) + 1, length, tail & 3);
      } else if (code >= 0x10) {
        const length = this.#length(code & 7, 7) + 2;
        const tail = this.#pair();
        const distance = ((code & 8) << 11) + (tail >>> 2);
        if (distance === 0) return this.#finish();
        this.#match(distance + FAR, length, tail & 3);
      } else this.#low(code);
    }
  }

  /** Two kinds of near matches: three bytes or four, five to eight. */
  #near(code: number): void {
    const distance = (this.#byte() << 3) + ((code >>> 2) & 7) + 1;
    const length = code >= 0x80 ? 5 + ((code >>> 5) & 3) : 3 + ((code >>> 5) & 1);
    this.#match(distance, length, code & 3);
  }

  /** What it means depends on how many literals came before. */
  #low(code: number): void {
    if (this.#state === 0) {
      this.#literals(this.#length(code, 0x0f) + 3);
      this.#state = 4;
      return;
    }
    const distance = (code >>> 2) + (this.#byte() << 2) + 1;
    if (this.#state === 4) this.#match(distance + 0x800, 3, code & 3);
    else this.#match(distance, 2, code & 3);
  }

  #match(distance: number, length: number, literals: number): void {
    if (distance > this.#end || this.#end + length > this.#output.length) {
      throw new Error('a match leads out of the block');
    }
    copyMatch(this.#output, this.#end, distance, length);
    this.#end += length;
    this.#literals(literals);
    this.#state = literals;
  }

  #literals(length: number): void {
    const end = this.#at + length;
    if (end > this.#input.length || this.#end + length > this.#output.length) {
      throw new Error('literals lead out of the block');
    }
    this.#output.set(this.#input.subarray(this.#at, end), this.#end);
    this.#at = end;
    this.#end += length;
  }

  /** A length in the bits of an instruction, or where they are all zero in the bytes behind it. */
  #length(bits: number, most: number): number {
    if (bits > 0) return bits;
    let length = most;
    let byte = this.#byte();
    for (; byte === 0; byte = this.#byte()) length += 0xff;
    return length + byte;
  }

  #byte(): number {
    if (this.#at >= this.#input.length) throw new Error('the block is cut off');
    return this.#input[this.#at++]!;
  }

  #pair(): number {
    return this.#byte() | (this.#byte() << 8);
  }

  #finish(): Uint8Array {
    if (this.#at !== this.#input.length) throw new Error('something follows the end');
    return this.#output.subarray(0, this.#end);
  }
}
