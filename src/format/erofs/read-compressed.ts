// The content of a compressed file: its extents in order.

import { checkRange, type Data, NO_HOLES, type Range, type Run, type Source, sourceView } from '../../io/index.js';
import { type ExtentTable, type FileExtent, Storage } from './extent-table.js';
import { readExtents } from './read-index.js';
import type { FoundInode } from './read-inode.js';
import { damaged, type Volume } from './read-volume.js';

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
    // Not kept: who reads a file from its start reads it once.
    const extents = await readExtents(this.#volume, this.#inode);
    for (let index = 0; index < extents.count; index++) {
      run.signal?.throwIfAborted();
      const extent = extents.get(index);
      if (extent.storage === Storage.hole) yield { hole: extent.length };
      else if (extent.storage === Storage.fragment) yield* (await this.#fragment(extent)).pieces(run);
      else yield await this.#bytes(extent);
    }
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
  async #bytes({ storage, at, encoded, length, start }: FileExtent): Promise<Uint8Array> {
    if (storage === Storage.shifted) return (await this.#volume.bytes(at, encoded)).subarray(0, length);
    if (storage !== Storage.interlaced) {
      return this.#volume.decoded.get({ at, algorithm: storage, length }, () => this.#volume.bytes(at, encoded));
    }
    const stored = await this.#volume.bytes(at, encoded);
    const skipped = start % this.#volume.blockSize;
    const bytes = new Uint8Array(length);
    const head = stored.subarray(skipped, skipped + length);
    bytes.set(head);
    bytes.set(stored.subarray(0, length - head.length), head.length);
    return bytes;
  }

  /** A part of the packed inode, which itself has none. */
  async #fragment({ at, length }: FileExtent): Promise<Source> {
    const packed = await this.#volume.packed();
    if (packed === this) throw damaged('fragment', 'The inode of the fragments has a fragment.', this.#inode.at);
    if (!(at + length <= packed.size)) throw damaged('fragment', 'A fragment ends after all of them.', this.#inode.at);
    return packed.slice({ at, length });
  }
}
