// Reads the structures of a disc, and records which blocks they take. Blocks that are never read here may hold anything.

import { divCeil } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { BLOCK } from '../../format/iso9660/index.js';
import { type Range, type Source, Work } from '../../io/index.js';

/** Structures are small and next to each other: a read for each would wait thousands of times. */
const WINDOW = 64 * 1024;
const MOST_WINDOWS = 8;

export class MetadataReader {
  readonly #image: Source;
  /** Parts of the image by their number; the one that was read first is the first. */
  readonly #windows = new Map<number, Uint8Array<ArrayBuffer>>();
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
    const bytes = await this.#read(at, length);
    const end = divCeil(at + length, BLOCK);
    for (let block = Math.floor(at / BLOCK); block < end; block++) this.#blocks.add(block);
    this.end = Math.max(this.end, end);
    return bytes;
  }

  /** A copy of the bytes: those of a window are not kept alive by what is made of them. */
  async #read(at: number, length: number): Promise<Uint8Array> {
    const number = Math.floor(at / WINDOW);
    const from = at - number * WINDOW;
    if (from + length <= WINDOW) return (await this.#window(number)).slice(from, from + length);
    const bytes = new Uint8Array(length);
    await this.#image.read(at, bytes);
    return bytes;
  }

  async #window(number: number): Promise<Uint8Array> {
    const known = this.#windows.get(number);
    if (known) return known;
    const at = number * WINDOW;
    const window = this.#memory().subarray(0, this.#image.size - at);
    await this.#image.read(at, window);
    this.#windows.set(number, window);
    return window;
  }

  /** Memory for a window: that of the oldest one, if there are enough. */
  #memory(): Uint8Array<ArrayBuffer> {
    const [oldest] = this.#windows;
    if (!oldest || this.#windows.size < MOST_WINDOWS) return new Uint8Array(WINDOW);
    this.#windows.delete(oldest[0]);
    return new Uint8Array(oldest[1].buffer);
  }
}
