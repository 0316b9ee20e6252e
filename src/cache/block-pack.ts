// Packs of compressed blocks: one file with the blocks of one image that no earlier pack has, and its index.

import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { DigestedResult } from '../compress/index.js';
import { createDigest, digestOf } from '../io/index.js';
import { BlockIndex, BlockIndexWriter, type PackedBlock, RECORD } from './block-index.js';
import type { KeptPack } from './block-places.js';
import type { BlockWork } from './block-work.js';
import type { Cache } from './cache.js';
import type { Blob } from './record.js';

/** Most bytes that are written with one call. A larger block is written by itself. */
const BATCH = 512 << 10;

/** The kept bytes of a block that does not become smaller. */
const NOTHING = new Uint8Array(0);

/** A pack as a record names it. */
export interface PackFacts {
  readonly index: Blob;
  readonly data: Blob;
}

/** A pack to read from. Its data is opened, or downloaded, when its first block is needed. */
export class BlockPack implements KeptPack {
  readonly #cache: Cache;
  readonly #index: BlockIndex;
  readonly data: Blob;
  #file: Promise<FileHandle | undefined> | undefined;

  constructor(
    cache: Cache,
    readonly facts: PackFacts,
    index: Buffer,
  ) {
    this.#cache = cache;
    this.#index = new BlockIndex(index);
    this.data = facts.data;
  }

  find(digest: Uint8Array): PackedBlock | undefined {
    return this.#index.find(digest);
  }

  /** The bytes of a block; undefined if they are gone or damaged. */
  async read(place: PackedBlock, work: BlockWork): Promise<Uint8Array | undefined> {
    this.#file ??= this.#cache.open(this.data);
    const file = await this.#file;
    if (!file || place.at + place.length > this.data.size) return undefined;
    const bytes = await work.read(file, place);
    if (bytes) return bytes;
    this.#file = Promise.resolve(undefined);
    await file.close().catch(() => {});
    return this.#cache.discard(this.data);
  }

  async close(): Promise<void> {
    await (await this.#file)?.close();
  }
}

/** A pack that is being written. */
export class BlockPackWriter implements KeptPack {
  /** Set when the pack is kept. */
  data: Blob | undefined;
  readonly #path: string;
  readonly #file: number;
  readonly #digest = createDigest('sha256');
  readonly #index = new BlockIndexWriter();
  /** Blocks that are not written yet. One buffer for the whole pack: a copy of each block would be left to the garbage collector. */
  readonly #batch = Buffer.allocUnsafeSlow(BATCH);
  #filled = 0;
  #size = 0;

  /** `path` does not exist yet. */
  constructor(path: string) {
    this.#path = path;
    this.#file = openSync(path, 'wx');
  }

  get count(): number {
    return this.#index.count;
  }

  /** Bytes of blocks so far. */
  get size(): number {
    return this.#size;
  }

  /** Adds a compressed block, whose bytes are copied. Returns where it is in the pack. */
  add({ bytes = NOTHING, before, after }: DigestedResult): number {
    const { length } = bytes;
    const at = this.#size;
    this.#index.add(before, { at, length, digest: after });
    this.#size += length;
    if (this.#filled + length > BATCH) this.#flush();
    if (length > BATCH) this.#write(bytes);
    else {
      this.#batch.set(bytes, this.#filled);
      this.#filled += length;
    }
    return at;
  }

  /** Completes the pack, and writes its index to another new file. */
  finish(indexPath: string): PackFacts {
    this.#flush();
    closeSync(this.#file);
    const index = this.#index.render();
    writeFileSync(indexPath, index, { flag: 'wx' });
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    return {
      index: { digest: hex(digestOf('sha256', index)), size: index.length },
      data: { digest: this.#digest.hex(), size: this.#size },
    };
  }

  get path(): string {
    return this.#path;
  }

  abandon(): void {
    closeSync(this.#file);
  }

  #flush(): void {
    const filled = this.#batch.subarray(0, this.#filled);
    this.#filled = 0;
    this.#write(filled);
  }

  #write(bytes: Uint8Array): void {
    this.#digest.update(bytes);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
  }
}

/** Whether bytes have the length of an index. */
export function isIndex(bytes: Uint8Array): boolean {
  return bytes.length % RECORD === 0;
}
