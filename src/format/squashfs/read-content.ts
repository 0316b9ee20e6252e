// The content of a file in an image: its blocks in order, then its part of a fragment.

import type { Data, ExactContent, Range, Run } from '../../io/index.js';
import { NO_FRAGMENT, sizeOfWord } from './data-block.js';
import { damaged, type Volume } from './read-volume.js';

/** Where a file's bytes are, as its inode tells. */
export interface StoredPlace {
  readonly at: number;
  readonly size: number;
  readonly fragment: number;
  readonly fragmentOffset: number;
  readonly words: Uint32Array;
}

/** A class, not closures: a tree holds one of these per file. */
export class StoredFile implements ExactContent {
  declare readonly holes?: readonly Range[];
  readonly size: number;
  readonly #volume: Volume;
  readonly #fragments: FragmentBlocks;
  readonly #place: StoredPlace;

  constructor(volume: Volume, fragments: FragmentBlocks, place: StoredPlace) {
    this.size = place.size;
    this.#volume = volume;
    this.#fragments = fragments;
    this.#place = place;
    const holes = this.#holes();
    if (holes.length > 0) this.holes = holes;
  }

  async *pieces(run: Run): AsyncGenerator<Data> {
    const { words, fragment, fragmentOffset } = this.#place;
    let { at } = this.#place;
    let left = this.size;
    for (const word of words) {
      run.signal?.throwIfAborted();
      const length = Math.min(left, this.#volume.superblock.blockSize);
      if (word === 0) yield { hole: length };
      else yield await readBlock(this.#volume, at, word, length);
      at += sizeOfWord(word).length;
      left -= length;
    }
    if (fragment === NO_FRAGMENT || left === 0) return;
    const block = await this.#fragments.block(fragment);
    if (fragmentOffset + left > block.length) {
      throw damaged('fragment', `Fragment ${fragment} ends before a file that lies in it.`);
    }
    yield block.subarray(fragmentOffset, fragmentOffset + left);
  }

  #holes(): Range[] {
    const { blockSize } = this.#volume.superblock;
    const holes: { at: number; length: number }[] = [];
    for (const [index, word] of this.#place.words.entries()) {
      if (word !== 0) continue;
      const at = index * blockSize;
      const length = Math.min(blockSize, this.size - at);
      const last = holes.at(-1);
      if (last && last.at + last.length === at) last.length += length;
      else holes.push({ at, length });
    }
    return holes;
  }
}

/** Fragment blocks, the last few decoded ones kept: files that follow each other lie in the same. */
export class FragmentBlocks {
  readonly #volume: Volume;
  readonly #kept = new Map<number, Promise<Uint8Array>>();

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  block(index: number): Promise<Uint8Array> {
    const known = this.#kept.get(index);
    if (known) return known;
    const made = this.#read(index);
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= KEPT && !oldest.done) this.#kept.delete(oldest.value);
    this.#kept.set(index, made);
    return made;
  }

  async #read(index: number): Promise<Uint8Array> {
    const { at, sizeWord } = await this.#volume.fragment(index);
    return readBlock(this.#volume, at, sizeWord);
  }
}

const KEPT = 4;

/** A data block; of exactly `length` bytes where that is known. */
async function readBlock(volume: Volume, at: number, word: number, length?: number): Promise<Uint8Array> {
  const { blockSize } = volume.superblock;
  const stored = sizeOfWord(word);
  if (stored.length > blockSize) throw damaged('block', `A block of ${stored.length} bytes cannot be.`, at);
  const bytes = await volume.bytes(at, stored.length);
  const content = stored.compressed ? await volume.decode(bytes, length ?? blockSize) : bytes;
  if (length !== undefined && content.length !== length) {
    throw damaged('block', `A block has ${content.length} bytes where ${length} are expected.`, at);
  }
  return content;
}
