// Writes packed files as they arrive: blocks first, and each file's inode after its last part.

import type { PackedExtent } from '../../compress/index.js';
import type { Data } from '../../io/index.js';
import { compressedContent, indexSize } from './file-index.js';
import type { FlatForm } from './form.js';
import type { PlannedImage } from './layout.js';
import { type LeafHead, type LeafWriter, leafHead, storedForm } from './leaves.js';
import type { PackedFilePart } from './pack-files.js';
import type { Placement } from './placement.js';

const NO_TAIL = new Uint8Array(0);

/** Writes the files of an image that is compressed. */
export class CompressedFiles {
  readonly #image: PlannedImage;
  readonly #placement: Placement;
  readonly #writer: LeafWriter;
  #firstBlock = 0;
  #extents: PackedExtent[] = [];

  constructor(image: PlannedImage, placement: Placement, writer: LeafWriter) {
    this.#image = image;
    this.#placement = placement;
    this.#writer = writer;
  }

  /** The next part, which belongs to the leaf at `index`. */
  *put(part: PackedFilePart, index: number): Generator<Data> {
    const head = leafHead(this.#image, this.#image.inodes.leaves[index]!);
    const tail = part.isLast ? this.#tailOf(part, index, head) : NO_TAIL;
    if (part.isFirst && part.isLast) {
      const form = storedForm(this.#image, index, head) as FlatForm;
      if (!this.#isWorthIt(part, form, head, tail)) return yield* this.#stored(part, form, head);
    }
    if (part.isFirst) {
      this.#firstBlock = this.#placement.block;
      this.#extents = [];
    }
    const { blockSize } = this.#image.options;
    const { data, extents } = part.packed!;
    const inBlocks = tail.length > 0 ? data.subarray(0, data.length - blockSize) : data;
    this.#placement.takeBlocks(inBlocks.length / blockSize);
    for (const extent of extents) this.#extents.push(extent);
    if (inBlocks.length > 0) yield inBlocks;
    if (!part.isLast) return;
    const file = { extents: this.#extents, size: head.length, firstBlock: this.#firstBlock, tail };
    this.#writer.compressed(compressedContent(file, this.#image.options), head);
  }

  /** The data of the last extent, if it may follow the index: both must be in one block. */
  #tailOf({ packed }: PackedFilePart, index: number, head: LeafHead): Uint8Array {
    const { inodes, options } = this.#image;
    const encoded = packed?.extents.at(-1)?.encoded ?? 0;
    if (!options.tailPacking || encoded === 0 || inodes.sharedOwners.has(index)) return NO_TAIL;
    const before = head.size + indexSize(head.size, head.length, options);
    return before + encoded <= options.blockSize ? packed!.data.subarray(-encoded) : NO_TAIL;
  }

  /** Whether a file of one part is smaller when compressed. A larger one is written before that is known. */
  #isWorthIt({ packed }: PackedFilePart, form: FlatForm, head: LeafHead, tail: Uint8Array): boolean {
    const { options } = this.#image;
    if (!packed) return false;
    const saved = tail.length > 0 ? options.blockSize - tail.length : 0;
    const size = packed.data.length - saved + indexSize(head.size, head.length, options);
    return size < form.blocks * options.blockSize + form.tail;
  }

  *#stored({ bytes, length }: PackedFilePart, form: FlatForm, head: LeafHead): Generator<Data> {
    const { blockSize } = this.#image.options;
    const block = this.#placement.takeBlocks(form.blocks);
    const tail = this.#writer.stored(block, form, head);
    const inBlocks = length - form.tail;
    if (bytes) tail.set(bytes.subarray(inBlocks));
    if (inBlocks > 0) yield bytes ? bytes.subarray(0, inBlocks) : { hole: inBlocks };
    const rest = form.blocks * blockSize - inBlocks;
    if (rest > 0) yield { hole: rest };
  }
}
