// Blocks through the addon's own threads.

import { InternalError } from '../errors.js';
import type { Run } from '../io/index.js';
import type { NativeAddon, NativeCompressor } from '../native/index.js';
import type { BlockCompressor, BlockThreads, DigestedResult } from './compressor.js';

/** Below this size in bytes a copy is faster than shared memory. */
const SHARED_FROM = 32 * 1024;
/** Results from this size in bytes on are freed at once, wherever their memory is; smaller ones are left to the garbage collector. */
const RELEASED_FROM = 4 * 1024;
/** Values of one result. */
const VALUES = 3;
const NO_DIGESTS = new Uint8Array(0);
/** Bytes of a digest. */
const DIGEST = 32;
/** Block numbers restart after this one; that many blocks are never in progress. */
const LAST_ID = 0xffff_ffff;

interface Job {
  readonly block: Uint8Array;
  /** The digests are empty if none were asked for. */
  resolve(bytes: Uint8Array | undefined, digests: Uint8Array): void;
  reject(reason: unknown): void;
}

/** Settings of the addon's threads. */
export interface NativeCodec {
  readonly codec: string;
  readonly parameters: readonly number[];
}

/** Compresses blocks with `codec` in `run.jobs` threads of the addon. */
export function openNativePool(addon: NativeAddon, codec: NativeCodec, run: Run): BlockCompressor {
  return new NativePool(addon, codec, run);
}

class NativePool implements BlockCompressor {
  readonly #addon: NativeAddon;
  readonly #run: Run;
  readonly #threads: NativeCompressor;
  /** Blocks submitted and not answered. They hold their memory until then. */
  readonly #jobs = new Map<number, Job>();
  readonly #onAbort = () => this.#end(this.#run.signal?.reason);
  #nextId = 0;
  #ended: { readonly reason: unknown } | undefined;
  #stopped: Promise<void> | undefined;
  #stop: (() => void) | undefined;

  constructor(addon: NativeAddon, codec: NativeCodec, run: Run) {
    this.#addon = addon;
    this.#run = run;
    this.#threads = new addon.Compressor(codec.codec, codec.parameters, Math.max(1, run.jobs), () => this.#receive());
    if (run.signal?.aborted) this.#onAbort();
    else run.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get threads(): BlockThreads {
    return this.#addon;
  }

  allocate(length: number): Uint8Array {
    return length < SHARED_FROM ? new Uint8Array(length) : this.#addon.allocate(length);
  }

  release(result: Uint8Array): void {
    if (result.length >= RELEASED_FROM && result.length === result.buffer.byteLength)
      this.#addon.release(result.buffer);
  }

  compress(block: Uint8Array): Promise<Uint8Array | undefined> {
    return new Promise((resolve, reject) => this.#submit({ block, resolve, reject }, false));
  }

  compressDigested(block: Uint8Array): Promise<DigestedResult> {
    return new Promise((give, reject) => {
      const resolve: Job['resolve'] = (bytes, digests) =>
        give({ bytes, before: digests.subarray(0, DIGEST), after: digests.subarray(DIGEST) });
      this.#submit({ block, resolve, reject }, true);
    });
  }

  async close(): Promise<void> {
    this.#end(new InternalError('internal.compressor-closed', 'A block was given to a closed compressor.'));
    await this.#stopped;
  }

  #submit(job: Job, digested: boolean): void {
    if (this.#ended) {
      job.reject(this.#ended.reason);
      return;
    }
    const id = this.#nextId;
    try {
      this.#threads.submit(id, job.block, digested);
    } catch (error) {
      job.reject(failure(error instanceof Error ? error.message : String(error), error));
      return;
    }
    this.#nextId = id === LAST_ID ? 0 : id + 1;
    this.#jobs.set(id, job);
  }

  /** One call for all finished results. */
  #receive(): void {
    try {
      const results = this.#threads.take();
      for (let i = 0; i < results.length; i += VALUES) {
        this.#settle(results[i] as number, results[i + 1] ?? null, results[i + 2] as Uint8Array | null);
      }
    } catch (error) {
      this.#end(error);
    }
    if (this.#ended && this.#threads.hasEnded()) this.#stop?.();
  }

  #settle(id: number, result: number | Uint8Array | string | null, digests: Uint8Array | null): void {
    const job = this.#jobs.get(id);
    if (!job) return;
    this.#jobs.delete(id);
    if (result === null) job.resolve(undefined, digests ?? NO_DIGESTS);
    else if (result instanceof Uint8Array) job.resolve(result, digests ?? NO_DIGESTS);
    else job.reject(failure(String(result)));
  }

  /** The first reason to end is passed to every open job. */
  #end(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = { reason };
    this.#run.signal?.removeEventListener('abort', this.#onAbort);
    this.#threads.close();
    this.#stopped = new Promise((resolve) => {
      this.#stop = resolve;
    });
    if (this.#threads.hasEnded()) this.#stop?.();
    const open = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const job of open) job.reject(reason);
  }
}

function failure(why: string, cause?: unknown): InternalError {
  return new InternalError('internal.compressor', `Compressing a block failed: ${why.replace(/\.$/, '')}.`, { cause });
}
