// The content of a compressed file: its extents in order.

import {
  checkRange,
  type Data,
  inOrder,
  NO_HOLES,
  type Range,
  type Run,
  type Source,
  sourceView,
} from '../../io/index.js';
import { type ExtentTable, type FileExtent, Storage } from './extent-table.js';
import { readExtents } from './read-index.js';
import type { FoundInode } from './read-inode.js';
import { damaged, type Volume } from './read-volume.js';

/** Extents that are decoded while the consumer uses an earlier one: each may have a megabyte. */
const MOST_AHEAD = 12;

/** A class, not closures: a tree holds one of these per file. Its index is read when its bytes are asked for. */
export class CompressedFile implements Source {
  readonly holes: readonly Range[] = NO_HOLES;
  readonly size: number;
  readonly #volume: Volume;
  readonly #inode: FoundInode;
  #extents: Promise<ExtentTable> | undefined;

  constructor(volume: Volume, inode: FoundInode) {
    this.size = inode.size;
    this.#volume = volume;
    this.#inode = inode;
  }

  async *pieces(run: Run): AsyncGenerator<Data> {
    // Not kept: a file that is read from its start is usually read once.
    const extents = await readExtents(this.#volume, this.#inode);
    const indexes = function* () {
      for (let index = 0; index < extents.count; index++) yield index;
    };
    const width = run.jobs < 2 ? 1 : Math.min(MOST_AHEAD, 3 * run.jobs);
    for await (const piece of inOrder(indexes(), width, (index) => this.#piece(extents.get(index), run))) {
      run.signal?.throwIfAborted();
      if ('storage' in piece) yield* (await this.#fragment(piece)).pieces(run);
      else yield piece;
    }
  }

  /** The content of an extent; an extent of the packed inode is returned as it is. */
  async #piece(extent: FileExtent, run: Run): Promise<Data | FileExtent> {
    if (extent.storage === Storage.fragment) return extent;
    return extent.storage === Storage.hole ? { hole: extent.length } : this.#bytes(extent, run);
  }

  async read(at: number, into: Uint8Array): Promise<void> {
    checkRange({ at, length: into.length }, this.size);
    if (into.length === 0) return;
    this.#extents ??= readExtents(this.#volume, this.#inode);
    const extents = await this.#extents;
    let done = 0;
    for (let index = extents.find(at); done < into.length; index++) {
      const extent = extents.get(index);
      const from = at + done - extent.start;
      const part = into.subarray(done, done + Math.min(into.length - done, extent.length - from));
      await this.#readExtent(extent, from, part);
      done += part.length;
    }
  }

  slice(range: Range): Source {
    checkRange(range, this.size);
    return sourceView(this, range);
  }

  async #readExtent(extent: FileExtent, from: number, into: Uint8Array): Promise<void> {
    if (extent.storage === Storage.hole) into.fill(0);
    else if (extent.storage === Storage.fragment) await (await this.#fragment(extent)).read(from, into);
    else into.set((await this.#bytes(extent)).subarray(from, from + into.length));
  }

  /** The bytes of an extent that has data. */
  async #bytes({ storage, at, encoded, length, start }: FileExtent, run?: Run): Promise<Uint8Array> {
    if (storage === Storage.shifted) return (await this.#volume.bytes(at, encoded)).subarray(0, length);
    if (storage !== Storage.interlaced) {
      return this.#volume.decoded.get({ at, algorithm: storage, length }, () => this.#volume.bytes(at, encoded), run);
    }
    const stored = await this.#volume.bytes(at, encoded);
    const skipped = start % this.#volume.blockSize;
    const bytes = new Uint8Array(length);
    const head = stored.subarray(skipped, skipped + length);
    bytes.set(head);
    bytes.set(stored.subarray(0, length - head.length), head.length);
    return bytes;
  }

  /** A part of the packed inode, which itself has no fragments. */
  async #fragment({ at, length }: FileExtent): Promise<Source> {
    const packed = await this.#volume.packed();
    if (packed === this) throw damaged('fragment', 'The inode of the fragments has a fragment.', this.#inode.at);
    if (!(at + length <= packed.size)) throw damaged('fragment', 'A fragment ends after all of them.', this.#inode.at);
    return packed.slice({ at, length });
  }
}
