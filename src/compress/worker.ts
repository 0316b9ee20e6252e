// Entry of a compression thread: blocks in, results out. Does no I/O and decides nothing.

import { parentPort, workerData } from 'node:worker_threads';
import { InternalError } from '../errors.js';
import type { BlockCoder, CodecSettings } from './codec.js';
import { type CodecName, codecNamed } from './codecs/index.js';
import { type CoreSpec, coreCoder } from './core/core-coder.js';

/** The compressor of a thread, as data that can be sent to it: the codec core, or one of a codec's engines by its name. */
export type CoderSpec =
  | { readonly core: CoreSpec }
  | {
      readonly core?: undefined;
      readonly codec: CodecName;
      readonly engine: string;
      readonly level: number;
      readonly settings: CodecSettings;
    };

/** A block to compress; sent to the thread. */
export interface WorkerJob {
  readonly id: number;
  readonly block: Uint8Array;
}

/** The result, sent back. Without `bytes` and `fault` the block would not have become smaller. */
export interface WorkerResult {
  readonly id: number;
  readonly bytes?: Uint8Array;
  readonly fault?: string;
}

/** Size of Node's pool for small buffers. */
const SHARED_POOL = 8192;

const port = parentPort!;
// Jobs may be waiting in the port already; they are delivered once there is a listener.
const coder = await coderOf(workerData as CoderSpec);
port.on('message', async (job: WorkerJob) => {
  const result = await answer(coder, job);
  port.postMessage(result, result.bytes ? [result.bytes.buffer as ArrayBuffer] : []);
});

async function coderOf(spec: CoderSpec): Promise<BlockCoder> {
  if (spec.core) return coreCoder(spec.core);
  const found = codecNamed(spec.codec)?.engines.find(({ name }) => name === spec.engine);
  if (!found?.coder) throw new InternalError('internal.engine', `${spec.codec} has no encoder ${spec.engine}.`);
  return smaller(await found.coder(spec.level, spec.settings));
}

/** Libraries give results of any length; the core says itself which ones are of use. */
function smaller(code: BlockCoder): BlockCoder {
  return async (block) => {
    const coded = await code(block);
    return coded && coded.length < block.length ? coded : undefined;
  };
}

async function answer(code: BlockCoder, { id, block }: WorkerJob): Promise<WorkerResult> {
  try {
    const coded = await code(block);
    return coded ? { id, bytes: transferable(coded) } : { id };
  } catch (error) {
    return { id, fault: String(error) };
  }
}

/**
 * Large results are transferred: their memory would otherwise be freed only when the thread collects its garbage,
 * which it does after 64 MB. Small ones may be in memory that Node shares between buffers, and are copied.
 */
function transferable(coded: Uint8Array): Uint8Array {
  return coded.length > SHARED_POOL && coded.byteOffset === 0 ? coded : new Uint8Array(coded);
}
