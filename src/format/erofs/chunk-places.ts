// Where chunks lie that are stored once for several: with the first of them, in the order of the leaves.

import { InternalError } from '../../errors.js';
import type { ExactContent } from '../../io/index.js';
import type { Leaf } from '../../tree/index.js';
import { type EqualChunks, UNIQUE, ZEROS } from './equal-chunks.js';
import { type ChunkForm, isChunked } from './form.js';

const NOWHERE = 0xffff_ffff;

/** The planned inodes, and the size of their blocks. */
interface ChunkedInodes {
  readonly leaves: readonly Leaf[];
  readonly contentOwners: Uint32Array;
  readonly blockSize: number;
}

/** The places of equal chunks. */
export class ChunkPlaces {
  readonly #equal: EqualChunks;
  /** For each number the leaf that stores it, and the chunk of that. */
  readonly #leaves: Uint32Array;
  readonly #chunks: Uint32Array;
  readonly #blocks: Float64Array;

  constructor(equal: EqualChunks, { leaves, contentOwners, blockSize }: ChunkedInodes) {
    this.#equal = equal;
    this.#leaves = new Uint32Array(equal.count).fill(NOWHERE);
    this.#chunks = new Uint32Array(equal.count);
    this.#blocks = new Float64Array(equal.count).fill(Number.NaN);
    for (let index = 0; index < leaves.length; index++) {
      const leaf = leaves[index]!;
      if (leaf.kind !== 'file' || contentOwners[index] !== index || !isChunked(leaf.content.size, blockSize)) continue;
      for (const [chunk, number] of equal.numbersOf(leaf.content)?.entries() ?? []) {
        if (number === UNIQUE || number === ZEROS || this.#leaves[number] !== NOWHERE) continue;
        this.#leaves[number] = index;
        this.#chunks[number] = chunk;
      }
    }
  }

  /** Whether a chunk of the content of leaf `index` is stored with it. */
  isOwn(content: ExactContent, index: number, chunk: number): boolean {
    const number = this.#equal.numbersOf(content)?.[chunk] ?? UNIQUE;
    if (number === UNIQUE) return true;
    return number !== ZEROS && this.#leaves[number] === index && this.#chunks[number] === chunk;
  }

  /** Takes the block of a chunk that is stored here. */
  settle(content: ExactContent, chunk: number, block: number): void {
    const number = this.#equal.numbersOf(content)?.[chunk] ?? UNIQUE;
    if (number !== UNIQUE) this.#blocks[number] = block;
  }

  /** The block of a chunk that is stored with an earlier one; undefined for zeros and holes. */
  blockOf(content: ExactContent, chunk: number): number | undefined {
    const number = this.#equal.numbersOf(content)?.[chunk] ?? UNIQUE;
    if (number === UNIQUE || number === ZEROS) return undefined;
    const block = this.#blocks[number]!;
    if (Number.isNaN(block)) throw new InternalError('internal.plan-mismatch', `An equal chunk ${chunk} has no place.`);
    return block;
  }
}

/** The blocks of the chunks of a form that are stored, which lie one after the other from `block` on. */
export function* storedChunks(form: ChunkForm, block: number): Generator<readonly [chunk: number, block: number]> {
  let next = block;
  for (const { at, length } of form.stored) {
    for (let done = 0; done < length; done += form.chunkSize) {
      yield [(at + done) / form.chunkSize, next];
      next += 2 ** form.chunkLog;
    }
  }
}
