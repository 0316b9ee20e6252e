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
  const collector = new Collector();
  const leaves = new StoredLeaves(image, placement);
  let done = 0;
  for await (const parts of contentsAhead(leaves.contents, run, emptyContents(image))) {
    for (const { index, piece } of parts) {
      done += pieceLength(piece);
      // Most files end within a piece, and a wait for each of them would cost more than their bytes.
      for (const bytes of leaves.put(index, piece)) {
        if (collector.collect(bytes)) continue;
        for (const collected of collector.take()) yield collected;
        yield bytes;
      }
    }
    for (const collected of collector.take()) yield collected;
    run.report({ step: 'packing', done, total: image.contentSize, unit: 'bytes' });
  }
  for (const bytes of leaves.end()) yield bytes;
}

/** Turns contents into the blocks of an image, and writes their inodes. */
class StoredLeaves {
  readonly contents: readonly ExactContent[];
  readonly #image: PlannedImage;
  readonly #placement: Placement;
  readonly #writer: LeafWriter;
  readonly #leafOf: Uint32Array;
  #current: StoredFile | undefined;
  #begun = -1;

  constructor(image: PlannedImage, placement: Placement) {
    this.#image = image;
    this.#placement = placement;
    this.#writer = new LeafWriter(image, placement);
    const { contents, leafOf } = contentsInOrder(image);
    this.contents = contents;
    this.#leafOf = leafOf;
  }

  /** The next piece of a content. */
  *put(index: number, piece: Data): Generator<Data> {
    if (index !== this.#begun) {
      yield* this.#finish();
      this.#begun = index;
      const leaf = this.#leafOf[index]!;
      yield* this.#writer.before(leaf);
      this.#current = beginFile(this.#image, leaf, this.#placement, this.#writer);
    }
    yield* this.#current!.put(piece);
  }

  *end(): Generator<Data> {
    yield* this.#finish();
    yield* this.#writer.end();
  }

  *#finish(): Generator<Data> {
    if (!this.#current) return;
    yield* this.#current.end();
    this.#writer.keepTail(this.#current.tail);
    yield* this.#writer.endIfDue();
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

/** A file being written: its ranges are yielded, its tail is kept. */
class StoredFile {
  readonly #ranges: readonly Range[];
  readonly #tail: Uint8Array;
  /** Bytes of its blocks that have not been yielded. */
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
  *put(piece: Data): Generator<Data> {
    const length = pieceLength(piece);
    const start = this.#at;
    const end = start + length;
    for (let range = this.#ranges[this.#range]; range && range.at < end; range = this.#ranges[this.#range]) {
      const from = Math.max(range.at, start);
      const to = Math.min(range.at + range.length, end);
      if (to > from) {
        this.#left -= to - from;
        yield isHole(piece) ? { hole: to - from } : piece.subarray(from - start, to - start);
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
  *end(): Generator<Data> {
    assertPlanned('tail of a file', this.#tail.length, this.#tailFilled);
    if (this.#left > 0) yield { hole: this.#left };
  }
}
