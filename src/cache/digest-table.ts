// A table of digests by the states of files, in flat memory: trees may have millions of files.

import { type KnownDigestName, STATE } from '../io/index.js';

/** Numbers of kinds in records. A digest of another kind is not kept. */
const KINDS: Readonly<Partial<Record<KnownDigestName, { readonly number: number; readonly length: number }>>> = {
  identity: { number: 1, length: 32 },
  md5: { number: 2, length: 16 },
  sha256: { number: 3, length: 32 },
};
/** Offset of the state in a record, after the kind (64 bits, least significant byte first). */
const AT = 8;
/** Fields of a record without its digest, which comes last. */
const KEY = AT + STATE;
const DIGEST = KEY;
/** Bytes of a record. */
const RECORD = DIGEST + 32;

/** Digests by the kind of digest and the state of a file. */
export class DigestTable {
  #records: Buffer;
  #count = 0;
  /** 1 for every record that was found or added in this run. */
  #used: Uint8Array;
  /** Number of a record plus one; 0 is empty. Never more than half full. */
  #slots = new Int32Array(1024);
  readonly #key = Buffer.alloc(KEY);

  /** `bytes` are those of {@link render}; of a broken table the whole records are taken. */
  constructor(bytes: Uint8Array = new Uint8Array(0)) {
    const count = Math.floor(bytes.length / RECORD);
    this.#records = Buffer.alloc(Math.max(256, count) * RECORD);
    this.#used = new Uint8Array(Math.max(256, count));
    this.#records.set(bytes.subarray(0, count * RECORD));
    for (let i = 0; i < count; i++) this.#enter();
  }

  get count(): number {
    return this.#count;
  }

  /** The digest for the state at this offset of the bytes. */
  find(states: Buffer, at: number, name: KnownDigestName): Uint8Array | undefined {
    const kind = KINDS[name];
    if (!kind) return undefined;
    this.#fill(states, at, kind.number);
    const found = this.#slots[this.#slotOf(this.#key)]! - 1;
    if (found < 0) return undefined;
    this.#used[found] = 1;
    const start = found * RECORD + DIGEST;
    return this.#records.subarray(start, start + kind.length);
  }

  add(states: Buffer, at: number, name: KnownDigestName, digest: Uint8Array): void {
    const kind = KINDS[name];
    if (!kind) return;
    this.#fill(states, at, kind.number);
    if (this.#slots[this.#slotOf(this.#key)] !== 0) return;
    const start = this.#count * RECORD;
    if (start === this.#records.length) {
      this.#records = Buffer.concat([this.#records, Buffer.alloc(start)]);
      this.#used = Buffer.concat([this.#used, Buffer.alloc(this.#used.length)]);
    }
    this.#records.set(this.#key, start);
    this.#records.set(digest.subarray(0, kind.length), start + DIGEST);
    this.#used[this.#count] = 1;
    this.#enter();
  }

  /** The records that were found or added in this run: those of files that are gone drop out. */
  render(): Uint8Array {
    const used: Buffer[] = [];
    for (let i = 0; i < this.#count; i++) {
      if (this.#used[i]) used.push(this.#records.subarray(i * RECORD, (i + 1) * RECORD));
    }
    return Buffer.concat(used);
  }

  #fill(states: Buffer, at: number, kind: number): void {
    this.#key.writeUInt32LE(kind, 0);
    states.copy(this.#key, AT, at, at + STATE);
  }

  /** Makes the next record part of the table. */
  #enter(): void {
    if ((this.#count + 1) * 2 > this.#slots.length) this.#grow();
    const start = this.#count * RECORD;
    const slot = this.#slotOf(this.#records.subarray(start, start + KEY));
    this.#count++;
    if (this.#slots[slot] === 0) this.#slots[slot] = this.#count;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let i = 0; i < this.#count; i++) {
      const slot = this.#slotOf(this.#records.subarray(i * RECORD, i * RECORD + KEY));
      if (this.#slots[slot] === 0) this.#slots[slot] = i + 1;
    }
  }

  /** The slot of the record with this key, or the empty one where it would be. */
  #slotOf(key: Buffer): number {
    const mask = this.#slots.length - 1;
    const mixed = Math.imul(key.readUInt32LE(16) ^ (key[0]! << 24), 0x9e3779b1) ^ key.readUInt32LE(40);
    for (let slot = (mixed ^ (mixed >>> 15)) & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot]! - 1;
      if (found < 0) return slot;
      const start = found * RECORD;
      if (this.#records.compare(key, 0, KEY, start, start + KEY) === 0) return slot;
    }
  }
}
