// System use fields of one record, back to back in a buffer that is used for every record again: a disc of small
// files has hundreds of thousands of fields, and an array for each costs more than its bytes.

/** Bytes to begin with; the fields of nearly every record fit. */
const USUAL = 2048;
const HEAD = 4;
const VERSION = 1;

export class FieldRun {
  #bytes = new Uint8Array(USUAL);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #ends: number[] = [];
  #count = 0;

  /** Bytes of all fields. */
  get length(): number {
    return this.#length;
  }

  get count(): number {
    return this.#count;
  }

  /** Where field data are written; it changes when the buffer grows, which only {@link begin} and {@link append} make it do. */
  get view(): DataView {
    return this.#view;
  }

  /** Forgets all fields. */
  clear(): void {
    this.#length = 0;
    this.#count = 0;
  }

  /** Starts a field of `length` bytes in all and gives the offset of its data, which are still those of former fields. */
  begin(signature: string, length: number): number {
    const at = this.#grow(length);
    this.#bytes[at] = signature.charCodeAt(0);
    this.#bytes[at + 1] = signature.charCodeAt(1);
    this.#bytes[at + 2] = length;
    this.#bytes[at + 3] = VERSION;
    return at + HEAD;
  }

  /** Adds a field that is complete. */
  append(field: Uint8Array): void {
    const at = this.#grow(field.length);
    this.#bytes.set(field, at);
  }

  /** Bytes of field `index`. */
  lengthOf(index: number): number {
    return this.#ends[index]! - (index > 0 ? this.#ends[index - 1]! : 0);
  }

  /** Fields `from` … `to`, lent until the next is added. */
  slice(from: number, to: number): Uint8Array {
    const start = from > 0 ? this.#ends[from - 1]! : 0;
    return this.#bytes.subarray(start, to > 0 ? this.#ends[to - 1]! : 0);
  }

  #grow(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    this.#ends[this.#count++] = this.#length;
    return at;
  }
}
