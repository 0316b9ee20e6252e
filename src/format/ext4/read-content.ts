// The content of a file in an image: its blocks in order, zeros where there are none.

import type { Data, ExactContent, Range, Run } from '../../io/index.js';
import type { Extent } from './extent.js';
import type { Volume } from './read-volume.js';

/** A class, not closures: a tree holds one of these per file. */
export class StoredFile implements ExactContent {
  declare readonly holes?: readonly Range[];
  readonly #volume: Volume;
  readonly #extents: readonly Extent[];

  constructor(
    volume: Volume,
    extents: readonly Extent[],
    readonly size: number,
  ) {
    this.#volume = volume;
    this.#extents = extents;
    const holes = this.#holes();
    if (holes.length > 0) this.holes = holes;
  }

  async *pieces(run: Run): AsyncGenerator<Data> {
    let at = 0;
    for (const { logical, block, length } of this.#extents) {
      const { blockSize } = this.#volume;
      const from = logical * blockSize;
      if (from > at) yield { hole: from - at };
      const stored = Math.min(length * blockSize, this.size - from);
      yield* this.#volume.data(block, length).slice({ at: 0, length: stored }).pieces(run);
      at = from + stored;
    }
    if (this.size > at) yield { hole: this.size - at };
  }

  #holes(): Range[] {
    const { blockSize } = this.#volume;
    const holes: Range[] = [];
    let at = 0;
    for (const { logical, length } of this.#extents) {
      const from = logical * blockSize;
      if (from > at) holes.push({ at, length: from - at });
      at = from + length * blockSize;
    }
    if (this.size > at) holes.push({ at, length: this.size - at });
    return holes;
  }
}
