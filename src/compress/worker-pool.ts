// Our own threads for synchronous coders: as many as the run has jobs, started when there is work for them.

import { Worker } from 'node:worker_threads';
import { InternalError, ToolError } from '../errors.js';
import type { Run } from '../io/index.js';
import type { BlockCompressor } from './compressor.js';
import type { CoderSpec, WorkerJob, WorkerResult } from './worker.js';

/** Blocks posted to one thread: the one it works on, and one more so that it never waits for the main thread. */
const QUEUE = 2;

interface Job {
  readonly block: Uint8Array;
  resolve(bytes: Uint8Array | undefined): void;
  reject(reason: unknown): void;
}

interface Thread {
  readonly worker: Worker;
  /** Jobs posted and not answered, by id. */
  readonly posted: Map<number, Job>;
}

/** Compresses blocks with `spec` in `run.jobs` threads. */
export function openWorkerPool(spec: CoderSpec, run: Run): BlockCompressor {
  return new WorkerPool(spec, run);
}

class WorkerPool implements BlockCompressor {
  readonly #spec: CoderSpec;
  readonly #run: Run;
  readonly #threads: Thread[] = [];
  readonly #waiting: Job[] = [];
  readonly #onAbort = () => this.#end(this.#run.signal?.reason);
  #nextId = 0;
  #ended: { readonly reason: unknown } | undefined;
  #stopped: Promise<unknown> | undefined;

  constructor(spec: CoderSpec, run: Run) {
    this.#spec = spec;
    this.#run = run;
    if (run.signal?.aborted) this.#onAbort();
    else run.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Shared memory: threads read it in place, and the caller keeps it for the case that the block is stored. */
  allocate(length: number): Uint8Array {
    return new Uint8Array(new SharedArrayBuffer(length));
  }

  compress(block: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.#ended) return Promise.reject(this.#ended.reason);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ block, resolve, reject });
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#end(new InternalError('internal.compressor-closed', 'A block was given to a closed compressor.'));
    await this.#stopped;
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#freeThread();
      if (!thread) return;
      const job = this.#waiting.shift()!;
      const id = this.#nextId++;
      thread.posted.set(id, job);
      const message: WorkerJob = { id, block: job.block };
      thread.worker.postMessage(message);
    }
  }

  /** The thread with the least work, a new one up to the limit, or undefined if all are busy. */
  #freeThread(): Thread | undefined {
    const idlest = this.#threads.reduce<Thread | undefined>(
      (best, thread) => (!best || thread.posted.size < best.posted.size ? thread : best),
      undefined,
    );
    if (idlest && idlest.posted.size === 0) return idlest;
    if (this.#threads.length < Math.max(1, this.#run.jobs)) return this.#startThread();
    return idlest && idlest.posted.size < QUEUE ? idlest : undefined;
  }

  #startThread(): Thread {
    // Neither the environment nor the flags of the main thread may affect the result.
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      workerData: this.#spec,
      env: {},
      execArgv: [],
    });
    const thread: Thread = { worker, posted: new Map() };
    worker.on('message', (result: WorkerResult) => this.#receive(thread, result));
    worker.on('error', (error) => this.#fail(`failed: ${error.message}`, error));
    worker.on('messageerror', (error) => this.#fail(`sent what cannot be read: ${error.message}`, error));
    worker.on('exit', (code) => this.#fail(`ended early with status ${code}`));
    this.#threads.push(thread);
    return thread;
  }

  #receive(thread: Thread, { id, bytes, fault }: WorkerResult): void {
    const job = thread.posted.get(id);
    if (!job) return;
    thread.posted.delete(id);
    if (fault === undefined) job.resolve(bytes);
    else job.reject(new InternalError('internal.compressor', `Compressing a block failed: ${fault}.`));
    this.#dispatch();
  }

  #fail(what: string, cause?: unknown): void {
    this.#end(
      new ToolError('compress.thread', `A compression thread ${what.replace(/\.$/, '')}.`, {
        hint: 'If memory is short, use fewer jobs, a lower level or a smaller block size.',
        cause,
      }),
    );
  }

  /** The first reason to end is passed to every open job. */
  #end(reason: unknown): void {
    if (this.#ended) return;
    this.#ended = { reason };
    this.#run.signal?.removeEventListener('abort', this.#onAbort);
    const open = [...this.#threads.flatMap(({ posted }) => [...posted.values()]), ...this.#waiting];
    this.#waiting.length = 0;
    for (const { posted } of this.#threads) posted.clear();
    for (const job of open) job.reject(reason);
    this.#stopped = Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }
}
