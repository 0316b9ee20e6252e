// The index of a pack of compressed blocks: records of one size, sorted by the digest of the block before compression.

/** Bytes of a digest. */
const DIGEST = 32;
const AT = 2 * DIGEST;
const LENGTH = AT + 8;
/** Bytes of a record: digest of the block, digest of the compressed block, its offset in the pack (64 bits), its length (32 bits). */
export const RECORD = LENGTH + 4;

/** Where a compressed block is. */
export interface PackedBlock {
  readonly at: number;
  /** 0: compression does not make the block smaller. */
  readonly length: number;
  /** SHA-256 of the compressed bytes. */
  readonly digest: Uint8Array;
}

/** An index to search in. */
export class BlockIndex {
  readonly #records: Buffer;

  constructor(records: Buffer) {
    this.#records = records;
  }

  /** Where the compressed form of the block with that digest is; undefined if the pack does not have it. */
  find(digest: Uint8Array): PackedBlock | undefined {
    let low = 0;
    let high = Math.floor(this.#records.length / RECORD);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = middle * RECORD;
      const order = this.#records.compare(digest, 0, DIGEST, start, start + DIGEST);
      if (order === 0) return this.#block(start);
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return undefined;
  }

  #block(start: number): PackedBlock {
    return {
      at: Number(this.#records.readBigUInt64LE(start + AT)),
      length: this.#records.readUInt32LE(start + LENGTH),
      digest: this.#records.subarray(start + DIGEST, start + AT),
    };
  }
}

/** Collects the records of a pack. */
export class BlockIndexWriter {
  #records = Buffer.alloc(256 * RECORD);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(digest: Uint8Array, { at, length, digest: packed }: PackedBlock): void {
    const start = this.#count++ * RECORD;
    if (start === this.#records.length) this.#records = Buffer.concat([this.#records, Buffer.alloc(start)]);
    this.#records.set(digest, start);
    this.#records.set(packed, start + DIGEST);
    this.#records.writeBigUInt64LE(BigInt(at), start + AT);
    this.#records.writeUInt32LE(length, start + LENGTH);
  }

  /** The records, sorted by the digest of the block. */
  render(): Buffer {
    const all = this.#records.subarray(0, this.#count * RECORD);
    const starts = Uint32Array.from({ length: this.#count }, (_, i) => i * RECORD);
    starts.sort((a, b) => all.compare(all, b, b + DIGEST, a, a + DIGEST));
    return Buffer.concat(Array.from(starts, (start) => all.subarray(start, start + RECORD)));
  }
}
