// Codecs as formats use them: chosen while planning, opened while emitting.

import type { Run } from '../io/index.js';
import type { CodecSettings, EngineId } from './codec.js';
import type { CodecName } from './codecs/index.js';

/** Codecs a format may name. `none` stores every block as it is. */
export type CompressionName = 'none' | CodecName;

/** Blocks in, smaller blocks out, each on its own. Runs in any thread; the results depend only on the block. */
export interface BlockCompressor {
  /**
   * The compressed block, or undefined when it would not be smaller. The block is read until the promise settles, is not
   * changed, and stays the caller's. Rejects with the signal's reason once the run is aborted.
   */
  compress(block: Uint8Array): Promise<Uint8Array | undefined>;
  /**
   * A buffer of exactly `length` bytes that {@link compress} takes, whole or in part, without copying it. Any other
   * memory works as well.
   */
  allocate?(length: number): Uint8Array;
  /**
   * As {@link compress}, with digests by the thread that has the bytes at hand; undefined if there are no such threads.
   * @internal
   */
  compressDigested?(block: Uint8Array): Promise<DigestedResult>;
  /** Takes a result back that nobody needs any more; without this its memory is garbage, which is collected in bursts. */
  release?(result: Uint8Array): void;
  /**
   * Threads for other work on the same blocks; undefined if there are none that share memory with the caller.
   * @internal
   */
  readonly threads?: BlockThreads | undefined;
  /** Ends every job and frees the threads. Safe to call twice. */
  close(): Promise<void>;
}

/** A result of a compressor with SHA-256 digests. */
export interface DigestedResult {
  /** Undefined: compression does not make the block smaller. */
  readonly bytes: Uint8Array | undefined;
  /** Of the block. */
  readonly before: Uint8Array;
  /** Of the compressed bytes; without any, of nothing. */
  readonly after: Uint8Array;
}

/** Work on blocks in threads. Memory is to be left alone until the promise settles. */
export interface BlockThreads {
  /** Memory that threads can fill. */
  allocate(length: number): Uint8Array;
  /** SHA-256 of a block. */
  sha256(block: Uint8Array): Promise<Uint8Array>;
  /** Fills memory of `allocate` with a range of an open file; false if it cannot be read, or has another SHA-256. */
  readChecked(fd: number, at: number, into: Uint8Array, digest: Uint8Array): Promise<boolean>;
}

/** A compression as plain data: the codec, its engine and its settings. */
export interface CompressionFacts extends CodecSettings {
  readonly name: CompressionName;
  readonly engine: EngineId;
  /** Within the codec's own scale; 0 where it has none. */
  readonly level: number;
}

/** A compression that can be started. */
export interface Compression extends CompressionFacts {
  open(run: Run): BlockCompressor;
}

/** The plain facts of a compression, for layouts and reports. */
export function compressionFacts({ open: _, ...facts }: Compression): CompressionFacts {
  return facts;
}

/** Memory to fill and hand to `compressor`. */
export function blockBuffer(compressor: BlockCompressor, length: number): Uint8Array {
  return compressor.allocate?.(length) ?? new Uint8Array(length);
}
