// Entry of a thread that decompresses blocks for readers of images. Does no I/O and decides nothing.

import { parentPort, workerData } from 'node:worker_threads';
import { coreDecoder } from './core/core-coder.js';
import type { CoreCodec } from './core/names.js';

/** How a thread decompresses, sent to it when it starts. */
export interface DecodeSpec {
  /** The codec core. */
  readonly module: WebAssembly.Module;
}

/** A block to decompress to at most `limit` bytes; sent to the thread. */
export interface DecodeJob {
  readonly id: number;
  readonly codec: CoreCodec;
  readonly block: Uint8Array;
  readonly limit: number;
  /** Memory for the result. With it both buffers are the thread's until it sends them back. */
  readonly room: ArrayBuffer | undefined;
}

/** The result, sent back: bytes, or why there are none. */
export interface DecodeResult {
  readonly id: number;
  readonly bytes?: Uint8Array;
  readonly fault?: string;
  /** That of the compressed block, to be used again. */
  readonly block?: ArrayBuffer;
}

type Decode = (codec: CoreCodec, block: Uint8Array, limit: number) => Uint8Array;

const port = parentPort!;
const decode = decoderOf(workerData as DecodeSpec);
port.on('message', ({ id, codec, block, limit, room }: DecodeJob) => {
  try {
    const bytes = decode(codec, block, limit);
    if (room && bytes.length <= room.byteLength) {
      const copy = new Uint8Array(room, 0, bytes.length);
      copy.set(bytes);
      const buffer = block.buffer as ArrayBuffer;
      const result: DecodeResult = { id, bytes: copy, block: buffer };
      port.postMessage(result, [room, buffer]);
      return;
    }
    const result: DecodeResult = { id, bytes };
    port.postMessage(result, isOwn(bytes) ? [bytes.buffer as ArrayBuffer] : []);
  } catch (error) {
    const result: DecodeResult = { id, fault: error instanceof Error ? error.message : String(error) };
    port.postMessage(result);
  }
});

function decoderOf({ module }: DecodeSpec): Decode {
  const decoders = new Map<CoreCodec, (block: Uint8Array, limit: number) => Uint8Array>();
  return (codec, block, limit) => {
    let known = decoders.get(codec);
    if (!known) {
      known = coreDecoder(codec, module);
      decoders.set(codec, known);
    }
    return known(block, limit);
  };
}

/** Whether the memory holds nothing else, and can be given away. */
function isOwn({ byteOffset, length, buffer }: Uint8Array): boolean {
  return byteOffset === 0 && length === buffer.byteLength && buffer instanceof ArrayBuffer;
}
