// Compressed blocks of an old image for a file that changes in places, such as a file system inside: a block whose bytes are the same is copied.

import { byteStringOf } from '../../bytes/index.js';
import type { BlockCompressor, Compression } from '../../compress/index.js';
import { digestOf, type ExactContent, type Run } from '../../io/index.js';
import { sizeOfWord } from './data-block.js';
import { decodedBlocks } from './read-content.js';
import type { Volume } from './read-volume.js';

/** A stored block. */
interface OldBlock {
  readonly at: number;
  readonly word: number;
}

/** Blocks of old contents by the digest of their bytes. */
export class KeptBlocks {
  readonly #volume: Volume;
  readonly #blocks = new Map<string, OldBlock>();
  /** Bytes of blocks that were copied, as they are stored, and decoded. */
  copied = 0;
  decoded = 0;

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  /** Reads the blocks of a file of the image. */
  async add(content: ExactContent, run: Run): Promise<void> {
    for await (const { at, word, bytes } of decodedBlocks(this.#volume, content, run)) {
      this.#blocks.set(keyOf(bytes), { at, word });
    }
  }

  /** The compression, which takes blocks of the old image instead of compressing the same bytes again. */
  reusedBy(compression: Compression): Compression {
    if (this.#blocks.size === 0) return compression;
    return { ...compression, open: (run) => this.#reusing(compression.open(run)) };
  }

  #reusing(inner: BlockCompressor): BlockCompressor {
    // Results that are not from the compressor must not be given back to it.
    const own = new WeakSet<Uint8Array>();
    return {
      compress: async (block) => {
        const old = this.#blocks.get(keyOf(block));
        if (!old) return inner.compress(block);
        const { length, compressed } = sizeOfWord(old.word);
        this.copied += length;
        this.decoded += block.length;
        if (!compressed) return undefined;
        const bytes = await this.#volume.bytes(old.at, length);
        own.add(bytes);
        return bytes;
      },
      ...(inner.allocate && { allocate: (length: number) => inner.allocate!(length) }),
      release: (result) => {
        if (!own.has(result)) inner.release?.(result);
      },
      close: () => inner.close(),
    };
  }
}

function keyOf(bytes: Uint8Array): string {
  return byteStringOf(digestOf('sha256', bytes));
}
