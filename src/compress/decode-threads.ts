// Threads that decompress blocks of images without the addon. They are shared by all readers of the process, start when there is much to do, and
// end when there is nothing left.

import { Worker } from 'node:worker_threads';
import { ToolError } from '../errors.js';
import type { Buffers } from './buffers.js';
import { coreModule } from './core/module.js';
import type { DecodeJob, DecodeResult, DecodeSpec } from './decode-worker.js';

/** Threads for one reader: more of them wait for the main thread. */
const MOST_THREADS = 8;
/** Milliseconds after which an idle thread ends. */
const IDLE = 1000;

interface Job {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
  readonly buffers: Buffers | undefined;
}

interface Thread {
  readonly worker: Worker;
  /** Jobs that it was sent and has not answered, by their number. */
  readonly jobs: Map<number, Job>;
}

/** A fault of the block, as a thread reports it. */
export class BlockFault extends Error {}

export class DecodeThreads {
  readonly #threads = new Set<Thread>();
  #nextId = 0;
  #idle: NodeJS.Timeout | undefined;

  /**
   * Decompresses a block, in one of at most `jobs` threads. With `buffers` the block is in one of them and given up. Rejects with
   * {@link BlockFault}, and {@link ToolError} for a thread that fails.
   */
  decode(task: Omit<DecodeJob, 'id' | 'room'>, jobs: number, buffers?: Buffers): Promise<Uint8Array> {
    clearTimeout(this.#idle);
    const thread = this.#leastBusy(Math.min(jobs, MOST_THREADS));
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      if (thread.jobs.size === 0) thread.worker.ref();
      thread.jobs.set(id, { resolve, reject, buffers });
      // Both buffers come back with the result.
      const room = buffers?.take();
      const job: DecodeJob = { id, ...task, room };
      thread.worker.postMessage(job, room ? [room, task.block.buffer as ArrayBuffer] : []);
    });
  }

  #leastBusy(most: number): Thread {
    let best: Thread | undefined;
    for (const thread of this.#threads) if (!best || thread.jobs.size < best.jobs.size) best = thread;
    return best && (best.jobs.size === 0 || this.#threads.size >= most) ? best : this.#start();
  }

  #start(): Thread {
    const spec: DecodeSpec = { module: coreModule() };
    // Neither the environment nor the flags of the main thread may affect the result.
    const worker = new Worker(new URL('./decode-worker.js', import.meta.url), {
      workerData: spec,
      env: {},
      execArgv: [],
    });
    const thread: Thread = { worker, jobs: new Map() };
    worker.on('message', (result: DecodeResult) => this.#receive(thread, result));
    worker.on('error', (error) => this.#fail(thread, `failed: ${error.message}`, error));
    worker.on('exit', () => this.#fail(thread, 'ended early'));
    worker.unref();
    this.#threads.add(thread);
    return thread;
  }

  #receive(thread: Thread, { id, bytes, fault, block }: DecodeResult): void {
    const job = thread.jobs.get(id);
    if (!job) return;
    thread.jobs.delete(id);
    if (block) job.buffers?.give(block);
    if (bytes) job.resolve(bytes);
    else job.reject(new BlockFault(fault ?? 'it gives no reason'));
    if (thread.jobs.size > 0) return;
    // A process ends although threads wait for more.
    thread.worker.unref();
    this.#endWhenIdle();
  }

  #endWhenIdle(): void {
    if ([...this.#threads].some(({ jobs }) => jobs.size > 0)) return;
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#end(), IDLE).unref();
  }

  #end(): void {
    const all = [...this.#threads];
    this.#threads.clear();
    for (const { worker } of all) worker.terminate();
  }

  #fail(thread: Thread, what: string, cause?: unknown): void {
    if (!this.#threads.delete(thread)) return;
    const error = new ToolError('compress.thread', `A thread that decompresses ${what.replace(/\.$/, '')}.`, {
      hint: 'If memory is short, use fewer jobs.',
      cause,
    });
    for (const { reject } of thread.jobs.values()) reject(error);
    thread.jobs.clear();
  }
}
