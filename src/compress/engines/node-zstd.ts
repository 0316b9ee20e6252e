// zstd by the library that newer versions of Node are built with; absent in Node 20.

import zlib from 'node:zlib';
import type { BlockCoder, EngineId } from '../codec.js';

/** zstd in node:zlib, if it has it; the type declarations are those of the oldest supported Node. */
interface ZstdOfNode {
  readonly zstdCompressSync?: (
    block: Uint8Array,
    options: { readonly params: Readonly<Record<number, number>>; readonly chunkSize: number },
  ) => Uint8Array;
  readonly zstdDecompressSync?: (block: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;
}

/** ZSTD_c_compressionLevel of zstd.h. */
const COMPRESSION_LEVEL = 100;
const library: ZstdOfNode = zlib as ZstdOfNode;

/** Names the zstd inside the running Node; undefined if there is none. */
export const NODE_ZSTD: EngineId | undefined =
  typeof library.zstdCompressSync === 'function' ? `node/zstd@${process.versions['zstd'] ?? 'unknown'}` : undefined;

/** Frames with their length: if it gets the whole block, the library makes the window no larger than that. */
export function nodeZstdCoder(level: number): BlockCoder {
  const params = { [COMPRESSION_LEVEL]: level };
  return (block) => library.zstdCompressSync!(block, { params, chunkSize: Math.max(block.length, 64) });
}

/** The bytes of a frame, at most `limit`. Node 24 stops after the first frame. */
export function nodeZstdDecode(block: Uint8Array, limit: number): Uint8Array {
  return library.zstdDecompressSync!(block, { maxOutputLength: Math.max(limit, 1) });
}
