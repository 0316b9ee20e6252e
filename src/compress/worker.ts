// Entry of a compression thread: blocks in, results out. Does no I/O and takes no decisions.

import { parentPort, workerData } from 'node:worker_threads';
import { type BlockCoder, type CoderSpec, loadCoder } from './coder.js';

/** A block to compress; sent to the thread. */
export interface WorkerJob {
  readonly id: number;
  readonly block: Uint8Array;
}

/** What became of it; sent back. Without `bytes` and `fault` the block would not have become smaller. */
export interface WorkerResult {
  readonly id: number;
  readonly bytes?: Uint8Array;
  readonly fault?: string;
}

const port = parentPort!;
// Jobs may be waiting in the port already; they are delivered once there is a listener.
const coder = await loadCoder(workerData as CoderSpec);
port.on('message', (job: WorkerJob) => {
  const result = answer(coder, job);
  port.postMessage(result, result.bytes ? [result.bytes.buffer as ArrayBuffer] : []);
});

function answer(code: BlockCoder, { id, block }: WorkerJob): WorkerResult {
  try {
    const coded = code(block);
    // An exact copy: the coder's array may be part of a larger one, which must not travel along.
    return coded.length < block.length ? { id, bytes: new Uint8Array(coded) } : { id };
  } catch (error) {
    return { id, fault: String(error) };
  }
}
