// Emits the leaves of an uncompressed image: blocks pass through, tails go after their inodes.

import { assertPlanned } from '../../errors.js';
import {
  Collector,
  contentsAhead,
  type Data,
  type ExactContent,
  isHole,
  pieceLength,
  type Range,
  type Run,
} from '../../io/index.js';
import { contentsInOrder, emptyContents } from './contents.js';
import type { ChunkForm } from './form.js';
import type { PlannedImage } from './layout.js';
import { LeafWriter, leafHead, storedForm } from './leaves.js';
import type { Placement } from './placement.js';

/** The bytes of all leaves and their contents. */
export async function* emitStoredLeaves(image: PlannedImage, placement: Placement, run: Run): AsyncGenerator<Data> {
  const out = new Collector();
  const leaves = new StoredLeaves(image, placement, out);
  let done = 0;
  for await (const parts of contentsAhead(leaves.contents, run, emptyContents(image))) {
    for (const { index, piece } of parts) {
      leaves.put(index, piece);
      done += pieceLength(piece);
    }
    yield* out.take();
    run.report({ step: 'packing', done, total: image.contentSize, unit: 'bytes' });
  }
  yield* leaves.end();
}

/** Turns contents into the blocks of an image, and writes their inodes. */
class StoredLeaves {
  readonly contents: readonly ExactContent[];
  readonly #image: PlannedImage;
  readonly #placement: Placement;
  readonly #out: Collector;
  readonly #writer: LeafWriter;
  readonly #leafOf: Uint32Array;
  #current: StoredFile | undefined;
  #begun = -1;

  constructor(image: PlannedImage, placement: Placement, out: Collector) {
    this.#image = image;
    this.#placement = placement;
    this.#out = out;
    this.#writer = new LeafWriter(image, placement, out);
    const { contents, leafOf } = contentsInOrder(image);
    this.contents = contents;
    this.#leafOf = leafOf;
  }

  /** The next piece of a content. */
  put(index: number, piece: Data): void {
    if (index !== this.#begun) {
      this.#finish();
      this.#begun = index;
      const leaf = this.#leafOf[index]!;
      this.#writer.before(leaf);
      this.#current = beginFile(this.#image, leaf, this.#placement, this.#writer);
    }
    this.#current!.put(piece, this.#out);
  }

  *end(): Generator<Data> {
    this.#finish();
    yield* this.#out.take();
    yield* this.#writer.end();
  }

  #finish(): void {
    if (!this.#current) return;
    this.#current.end(this.#out);
    this.#writer.keepTail(this.#current.tail);
    this.#writer.endIfDue();
  }
}

function beginFile(image: PlannedImage, index: number, placement: Placement, writer: LeafWriter): StoredFile {
  const head = leafHead(image, image.inodes.leaves[index]!);
  const form = storedForm(image, index, head);
  const block = placement.takeBlocks(form.blocks);
  const tail = writer.stored(block, form, head);
  const inBlocks = form.blocks * image.options.blockSize;
  if (form.kind === 'chunks') return new StoredFile(form.stored, tail, inBlocks);
  return new StoredFile([{ at: 0, length: head.length - form.tail }], tail, inBlocks);
}

/** A file being written: its ranges are put out, its tail is kept. */
class StoredFile {
  readonly #ranges: readonly Range[];
  readonly #tail: Uint8Array;
  /** Bytes of its blocks that have not been put out. */
  #left: number;
  #at = 0;
  #range = 0;
  #tailFilled = 0;

  constructor(ranges: ChunkForm['stored'], tail: Uint8Array, inBlocks: number) {
    this.#ranges = ranges;
    this.#tail = tail;
    this.#left = inBlocks;
  }

  /** The end of the content, which is in its place after {@link end}. */
  get tail(): Uint8Array {
    return this.#tail;
  }

  /** The next piece of the content. */
  put(piece: Data, out: Collector): void {
    const length = pieceLength(piece);
    const start = this.#at;
    const end = start + length;
    for (let range = this.#ranges[this.#range]; range && range.at < end; range = this.#ranges[this.#range]) {
      const from = Math.max(range.at, start);
      const to = Math.min(range.at + range.length, end);
      if (to > from) {
        this.#left -= to - from;
        out.put(isHole(piece) ? { hole: to - from } : piece.subarray(from - start, to - start));
      }
      if (range.at + range.length > end) break;
      this.#range++;
    }
    this.#at = end;
    if (this.#range === this.#ranges.length && this.#tail.length > 0) this.#keep(piece, start);
  }

  /** The bytes after the last range are the tail. */
  #keep(piece: Data, start: number): void {
    const last = this.#ranges.at(-1)!;
    const from = Math.max(last.at + last.length - start, 0);
    const length = pieceLength(piece) - from;
    if (length <= 0) return;
    if (!isHole(piece)) this.#tail.set(piece.subarray(from), this.#tailFilled);
    this.#tailFilled += length;
  }

  /** Fills up the last block. */
  end(out: Collector): void {
    assertPlanned('tail of a file', this.#tail.length, this.#tailFilled);
    if (this.#left > 0) out.put({ hole: this.#left });
  }
}
