// Bits of a byte array, the highest of each byte first.

export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #held = 0;
  #count = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether no whole byte is left. */
  get atEnd(): boolean {
    return this.#count < 8 && this.#at >= this.#bytes.length;
  }

  /** The next `length` ≤ 24 bits as a number. Throws after the end. */
  read(length: number): number {
    while (this.#count < length) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error('it is truncated');
      this.#held = (this.#held << 8) | byte;
      this.#count += 8;
    }
    this.#count -= length;
    const value = (this.#held >>> this.#count) & (2 ** length - 1);
    this.#held &= 2 ** this.#count - 1;
    return value;
  }

  read32(): number {
    return this.read(16) * 0x10000 + this.read(16);
  }

  /** Continues at the next whole byte. */
  align(): void {
    this.#count -= this.#count % 8;
    this.#held &= 2 ** this.#count - 1;
  }
}
