// Reads the structures of a disc, and records which blocks they take. Blocks that are never read here may hold anything.

import { divCeil } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { BLOCK } from '../../format/iso9660/index.js';
import { type Range, type Source, Work } from '../../io/index.js';

export class MetadataReader {
  readonly #image: Source;
  readonly #blocks = new Set<number>();
  readonly work: Work;
  /** First block after all structures read so far. */
  end = 0;

  constructor(image: Source) {
    this.#image = image;
    this.work = new Work(image.size, 'edit.work');
  }

  /** Whether a block has been read as part of a structure. */
  hasRead(block: number): boolean {
    return this.#blocks.has(block);
  }

  /** Bytes of the image. Throws {@link InvalidImageError} if it ends before them. */
  async bytes({ at, length }: Range): Promise<Uint8Array> {
    this.work.spend(length);
    if (at + length > this.#image.size) {
      throw new InvalidImageError('edit.truncated', 'The image ends inside a directory or a table.', { at });
    }
    const bytes = new Uint8Array(length);
    await this.#image.read(at, bytes);
    const end = divCeil(at + length, BLOCK);
    for (let block = Math.floor(at / BLOCK); block < end; block++) this.#blocks.add(block);
    this.end = Math.max(this.end, end);
    return bytes;
  }
}
