// Packs of compressed blocks: one file with the blocks of one image that no earlier pack has, and its index.

import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { createDigest, digestOf } from '../io/index.js';
import { BlockIndex, BlockIndexWriter, type PackedBlock, RECORD } from './block-index.js';
import type { Cache } from './cache.js';
import { readFully } from './file-bytes.js';
import type { Blob } from './record.js';

/** Most bytes that are written with one call. A larger block is written by itself. */
const BATCH = 512 << 10;
const NOTHING = digestOf('sha256', new Uint8Array(0));

/** A pack as a record names it. */
export interface PackFacts {
  readonly index: Blob;
  readonly data: Blob;
}

/** A pack to read from. Its data is opened, or downloaded, when its first block is needed. */
export class BlockPack {
  readonly #cache: Cache;
  readonly #index: BlockIndex;
  readonly #data: Blob;
  #file: Promise<FileHandle | undefined> | undefined;

  constructor(
    cache: Cache,
    readonly facts: PackFacts,
    index: Buffer,
  ) {
    this.#cache = cache;
    this.#index = new BlockIndex(index);
    this.#data = facts.data;
  }

  find(digest: Uint8Array): PackedBlock | undefined {
    return this.#index.find(digest);
  }

  /** The bytes of a block; undefined if they are gone or damaged. */
  async read({ at, length, digest }: PackedBlock): Promise<Uint8Array | undefined> {
    this.#file ??= this.#cache.open(this.#data);
    const file = await this.#file;
    if (!file || at + length > this.#data.size) return undefined;
    const bytes = new Uint8Array(length);
    const isRead = await readFully(file, bytes, at).then(
      () => true,
      () => false,
    );
    if (isRead && Buffer.compare(digestOf('sha256', bytes), digest) === 0) return bytes;
    this.#file = Promise.resolve(undefined);
    await file.close().catch(() => {});
    return this.#cache.discard(this.#data);
  }

  async close(): Promise<void> {
    await (await this.#file)?.close();
  }
}

/** A pack that is being written. */
export class BlockPackWriter {
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

  /** Adds a compressed block; undefined records that the block with that digest does not become smaller. Copies the bytes. */
  add(digest: Uint8Array, packed: Uint8Array | undefined): void {
    const { length } = packed ?? NOTHING.subarray(0, 0);
    this.#index.add(digest, { at: this.#size, length, digest: packed ? digestOf('sha256', packed) : NOTHING });
    if (!packed) return;
    this.#size += length;
    if (this.#filled + length > BATCH) this.#flush();
    if (length > BATCH) {
      this.#write(packed);
      return;
    }
    this.#batch.set(packed, this.#filled);
    this.#filled += length;
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
