// Digests of blocks, and reads of kept ones: by threads, if the compressor has some, because the main thread cuts blocks meanwhile.

import type { FileHandle } from 'node:fs/promises';
import type { BlockCompressor, BlockThreads, DigestedResult } from '../compress/index.js';
import { digestOf } from '../io/index.js';
import type { PackedBlock } from './block-index.js';
import { readFully } from './file-bytes.js';

/** Bytes of blocks that are kept for use. */
const KEPT = 4 << 20;

/** The work of a cache on blocks. */
export class BlockWork {
  readonly #compressor: BlockCompressor;
  readonly #threads: BlockThreads | undefined;
  /** Blocks of {@link read}, with their memory. */
  readonly #lent = new WeakMap<Uint8Array, Uint8Array>();
  readonly #free: Uint8Array[] = [];
  #freeBytes = 0;

  constructor(compressor: BlockCompressor) {
    this.#compressor = compressor;
    this.#threads = compressor.threads;
  }

  /** SHA-256. The bytes must not change until the promise settles. */
  async digest(bytes: Uint8Array): Promise<Uint8Array> {
    return this.#threads ? this.#threads.sha256(bytes) : digestOf('sha256', bytes);
  }

  /** Compresses a block. Its bytes must not change until the promise settles. */
  async compress(block: Uint8Array): Promise<DigestedResult> {
    if (this.#compressor.compressDigested) return this.#compressor.compressDigested(block);
    const [bytes, before] = await Promise.all([this.#compressor.compress(block), this.digest(block)]);
    return { bytes, before, after: await this.digest(bytes ?? new Uint8Array(0)) };
  }

  /** The bytes of a kept block; undefined if they cannot be read, or are damaged. */
  async read(file: FileHandle, { at, length, digest }: PackedBlock): Promise<Uint8Array | undefined> {
    const memory = this.#take(length);
    const bytes = memory.subarray(0, length);
    if (!(await this.#fill(file, at, bytes, digest).catch(() => false))) {
      this.#give(memory);
      return undefined;
    }
    this.#lent.set(bytes, memory);
    return bytes;
  }

  /** Takes back bytes of {@link read}; false if they are not. */
  release(bytes: Uint8Array): boolean {
    const memory = this.#lent.get(bytes);
    if (!memory) return false;
    this.#lent.delete(bytes);
    this.#give(memory);
    return true;
  }

  async #fill(file: FileHandle, at: number, bytes: Uint8Array, digest: Uint8Array): Promise<boolean> {
    if (this.#threads) return this.#threads.readChecked(file.fd, at, bytes, digest);
    await readFully(file, bytes, at);
    return Buffer.compare(digestOf('sha256', bytes), digest) === 0;
  }

  #take(length: number): Uint8Array {
    const found = this.#free.pop();
    if (found) this.#freeBytes -= found.length;
    if (found && found.length >= length) return found;
    // Blocks of one image have similar sizes: in a power of two, the next ones fit as well.
    const size = 2 ** Math.ceil(Math.log2(length));
    return this.#threads?.allocate(size) ?? new Uint8Array(size);
  }

  #give(memory: Uint8Array): void {
    if (this.#freeBytes + memory.length > KEPT) return;
    this.#freeBytes += memory.length;
    this.#free.push(memory);
  }
}
