// One instance of the codec core with its own memory (native/codecs/codecs.h). Synchronous, for one thread.

import { byteStringOf } from '../../bytes/index.js';
import { InternalError, ToolError } from '../../errors.js';
import { LIBRARIES, STREAMS } from './built.js';
import type { CoreCodec, CoreStream } from './names.js';

const CODECS = Object.keys(LIBRARIES) as CoreCodec[];
const PARAMETERS = 6;
const WORD = 4;
/** Bytes of `struct codecs_step`: two addresses and two lengths. */
const STEP = 4 * WORD;
/** Compressed bytes per call of a stream, and bytes taken from it. */
const INPUT = 64 * 1024;
const OUTPUT = 256 * 1024;

interface Exports {
  readonly memory: WebAssembly.Memory;
  malloc(length: number): number;
  free(at: number): void;
  codecs_fault(fault: number): number;
  codecs_encoder_open(codec: number, parameters: number): number;
  codecs_encoder_room(encoder: number, length: number): number;
  codecs_encode(encoder: number, block: number, length: number, output: number): number;
  codecs_encoder_close(encoder: number): void;
  codecs_decode(codec: number, block: number, length: number, output: number, limit: number): number;
  codecs_stream_open(format: number, memory: number): number;
  codecs_stream_step(stream: number, step: number, last: number): number;
}

/** A fault of the core. `status` is one of `enum codecs_fault`. */
export class CoreFault extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.name = 'CoreFault';
    this.status = status;
  }
}

/** `CODECS_NO_MEMORY` and `CODECS_TOO_HUNGRY`. */
export const NO_MEMORY = -2;
export const TOO_HUNGRY = -6;
/** `CODECS_UNSUPPORTED`. */
export const UNSUPPORTED = -8;

/** Memory inside the instance that grows when more is needed. */
interface Room {
  at: number;
  length: number;
}

/** The core, instantiated. Memory only grows: an instance that needed much of it is best dropped. */
export class Core {
  readonly #exports: Exports;
  readonly #input: Room = { at: 0, length: 0 };
  readonly #output: Room = { at: 0, length: 0 };

  /** Throws {@link ToolError} `compress.no-memory` if the system gives no address space. */
  constructor(module: WebAssembly.Module) {
    try {
      this.#exports = new WebAssembly.Instance(module).exports as Exports;
    } catch (cause) {
      throw noMemory((cause as Error).message, cause);
    }
  }

  /** A function that compresses blocks; its result is a new array, or undefined if it would not be smaller. */
  encoder(codec: CoreCodec, parameters: readonly number[]): (block: Uint8Array) => Uint8Array | undefined {
    const wasm = this.#exports;
    const settings = this.#allocate(PARAMETERS * WORD);
    new Int32Array(wasm.memory.buffer, settings, PARAMETERS).fill(0).set(parameters);
    const encoder = wasm.codecs_encoder_open(CODECS.indexOf(codec), settings);
    wasm.free(settings);
    if (encoder === 0) throw noMemory(`an encoder of ${codec} cannot be opened`);
    return (block) => {
      const input = this.#fill(block);
      const output = this.#room(this.#output, wasm.codecs_encoder_room(encoder, block.length));
      const length = this.#checked(wasm.codecs_encode(encoder, input, block.length, output));
      return length === 0 ? undefined : new Uint8Array(wasm.memory.buffer, output, length).slice();
    };
  }

  /** A block back into its bytes, at most `limit`. Throws {@link CoreFault} for anything else. */
  decode(codec: CoreCodec, block: Uint8Array, limit: number): Uint8Array {
    const input = this.#fill(block);
    const output = this.#room(this.#output, limit);
    const length = this.#checked(
      this.#exports.codecs_decode(CODECS.indexOf(codec), input, block.length, output, limit),
    );
    return new Uint8Array(this.#exports.memory.buffer, output, length).slice();
  }

  /** A decompressor of a stream that needs at most `memory` bytes, about. */
  stream(format: CoreStream, memory: number): CoreStreamDecoder {
    const wasm = this.#exports;
    const handle = wasm.codecs_stream_open(STREAMS.indexOf(format), memory);
    if (handle === 0) throw noMemory(`a decoder of ${format} cannot be opened`);
    const step = this.#allocate(STEP);
    const input = this.#allocate(INPUT);
    const output = this.#allocate(OUTPUT);
    let mayEnd = false;
    const run = (length: number, last: boolean) => {
      new Uint32Array(wasm.memory.buffer, step, STEP / WORD).set([input, length, output, OUTPUT]);
      return this.#stepped(handle, step, last);
    };
    return {
      *push(piece, last) {
        for (let from = 0; from < piece.length || (last && piece.length === 0); ) {
          const part = piece.subarray(from, from + INPUT);
          from += part.length;
          const isLast = last && from >= piece.length;
          new Uint8Array(wasm.memory.buffer, input, INPUT).set(part);
          for (let given = part.length; ; ) {
            const { status, left, written } = run(given, isLast);
            mayEnd = status === 1;
            if (written > 0) yield new Uint8Array(wasm.memory.buffer, output, written).slice();
            if (left === 0 && written < OUTPUT) break;
            new Uint8Array(wasm.memory.buffer, input, INPUT).copyWithin(0, given - left, given);
            given = left;
          }
          if (part.length === 0) break;
        }
      },
      mayEnd: () => mayEnd,
    };
  }

  #stepped(handle: number, step: number, last: boolean) {
    const status = this.#checked(this.#exports.codecs_stream_step(handle, step, last ? 1 : 0));
    const [, left, , room] = new Uint32Array(this.#exports.memory.buffer, step, STEP / WORD);
    return { status, left: left!, written: OUTPUT - room! };
  }

  #checked(status: number): number {
    if (status >= 0) return status;
    const bytes = new Uint8Array(this.#exports.memory.buffer, this.#exports.codecs_fault(status), 200);
    const text = byteStringOf(bytes.subarray(0, bytes.indexOf(0)));
    if (status === NO_MEMORY) throw noMemory(text);
    throw new CoreFault(status, text);
  }

  #fill(block: Uint8Array): number {
    if (!(block instanceof Uint8Array)) throw new InternalError('internal.block', 'A block is not an array of bytes.');
    const at = this.#room(this.#input, block.length);
    new Uint8Array(this.#exports.memory.buffer, at, block.length).set(block);
    return at;
  }

  #room(room: Room, length: number): number {
    if (room.length >= length && room.at !== 0) return room.at;
    this.#exports.free(room.at);
    room.at = 0;
    room.at = this.#allocate(Math.max(length, 1));
    room.length = length;
    return room.at;
  }

  #allocate(length: number): number {
    const at = this.#exports.malloc(length);
    if (at === 0) throw noMemory(`${length} bytes cannot be allocated`);
    return at;
  }
}

/** Decompresses a stream piece by piece. */
export interface CoreStreamDecoder {
  /** The bytes that a piece gives; `last`: no further piece follows. Throws {@link CoreFault}. */
  push(piece: Uint8Array, last: boolean): Generator<Uint8Array>;
  /** Whether the stream may end after the pieces so far. */
  mayEnd(): boolean;
}

function noMemory(why: string, cause?: unknown): ToolError {
  return new ToolError('compress.no-memory', `There is not enough memory for the codecs: ${why}.`, {
    hint: 'Use fewer jobs, or a lower level or smaller block size.',
    cause,
  });
}
