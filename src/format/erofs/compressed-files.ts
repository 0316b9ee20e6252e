// Writes packed files as they arrive: blocks first, and each file's inode after its last part.

import type { PackedExtent } from '../../compress/index.js';
import type { Collector } from '../../io/index.js';
import { ExtentPool } from './extent-pool.js';
import { compressedContent, extentBlocks, indexSize, type PlacedExtent, wholeFragment } from './file-index.js';
import type { FlatForm } from './form.js';
import type { FragmentStore } from './fragment-store.js';
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
  readonly #out: Collector;
  readonly #fragments: FragmentStore | undefined;
  readonly #pool: ExtentPool | undefined;
  #firstBlock = 0;
  /** The block after the last extent. */
  #next = 0;
  /** Bytes in the extents. */
  #length = 0;
  #extents: PlacedExtent[] = [];
  /** Where the file starts among the fragments, if all of it is there. */
  #fragment = 0;

  /** `out` takes the blocks; `fragments` takes the fragments, if there are any. */
  constructor(
    image: PlannedImage,
    placement: Placement,
    writer: LeafWriter,
    out: Collector,
    fragments: FragmentStore | undefined,
  ) {
    this.#image = image;
    this.#placement = placement;
    this.#writer = writer;
    this.#out = out;
    this.#fragments = fragments;
    this.#pool = image.options.dedupe ? new ExtentPool() : undefined;
  }

  /** The next part, which belongs to the leaf at `index`. */
  put(part: PackedFilePart, index: number): void {
    const head = leafHead(this.#image, this.#image.inodes.leaves[index]!);
    if (this.#fragments && this.#isFragment(part)) {
      this.#gather(part, head, this.#fragments);
      return;
    }
    const tail = part.isLast ? this.#tailOf(part, index, head) : NO_TAIL;
    if (part.isFirst && part.isLast && !this.#fragments) {
      const form = storedForm(this.#image, index, head) as FlatForm;
      if (!this.#isWorthIt(part, index, form, head, tail)) {
        this.#stored(part, form, head);
        return;
      }
    }
    if (part.isFirst) this.#begin();
    const { extents, data } = part.packed!;
    const fragment = this.#endOf(part);
    const isApart = tail.length > 0 || fragment !== undefined;
    this.#writeBlocks(isApart ? extents.slice(0, -1) : extents, data);
    if (isApart) this.#extents.push(extents.at(-1)!);
    if (!part.isLast) return;
    const file = { extents: this.#extents, size: head.length, firstBlock: this.#firstBlock, tail, fragment };
    this.#writer.compressed(compressedContent(file, this.#image.options), head);
  }

  #begin(): void {
    this.#firstBlock = this.#placement.block;
    this.#next = this.#firstBlock;
    this.#length = 0;
    this.#extents = [];
  }

  /** Writes the blocks of extents, which follow each other in `data`: all of them, or those that are new. */
  #writeBlocks(extents: readonly PackedExtent[], data: Uint8Array): void {
    const { blockSize } = this.#image.options;
    if (!this.#pool) {
      const blocks = extents.reduce((sum, extent) => sum + extentBlocks(extent, blockSize), 0);
      this.#placement.takeBlocks(blocks);
      for (const extent of extents) this.#extents.push(extent);
      if (blocks > 0) this.#out.put(data.subarray(0, blocks * blockSize));
      return;
    }
    let at = 0;
    for (const extent of extents) {
      const bytes = data.subarray(at, at + extentBlocks(extent, blockSize) * blockSize);
      at += bytes.length;
      if (this.#place(extent, bytes, this.#pool)) this.#out.put(bytes);
    }
  }

  /** Gives an extent its place. Returns whether its data is new. */
  #place(extent: PackedExtent, bytes: Uint8Array, pool: ExtentPool): boolean {
    const { blockSize, interlaced } = this.#image.options;
    const shift = interlaced ? this.#length % blockSize : 0;
    const known = pool.find(extent, bytes, shift, this.#placement.block);
    const blocks = bytes.length / blockSize;
    const block = known ?? this.#placement.takeBlocks(blocks);
    this.#extents.push(block === this.#next ? extent : { ...extent, block });
    this.#next = block + blocks;
    this.#length += extent.length;
    return known === undefined;
  }

  /** Whether all of a file becomes a fragment: it would be one extent. */
  #isFragment({ isFirst, isLast, packed }: PackedFilePart): boolean {
    return this.#image.options.fragments === 'all' || (isFirst && isLast && (packed?.extents.length ?? 0) <= 1);
  }

  #gather(part: PackedFilePart, head: LeafHead, fragments: FragmentStore): void {
    const start = fragments.add(part.bytes, part.length);
    if (part.isFirst) this.#fragment = start;
    if (part.isLast) this.#writer.compressed(wholeFragment(this.#fragment, this.#image.options), head);
  }

  /** Makes the last extent a fragment, unless it fills its blocks. Returns where it starts. */
  #endOf({ isLast, packed, bytes, length }: PackedFilePart): number | undefined {
    if (!isLast || !this.#fragments) return undefined;
    const end = packed!.extents.at(-1)!;
    const used = end.encoded === 0 ? end.length : end.encoded;
    if (used % this.#image.options.blockSize === 0) return undefined;
    return this.#fragments.add(bytes?.subarray(length - end.length), end.length);
  }

  /** The data of the last extent, if it may follow the index: both must be in one block. */
  #tailOf({ packed }: PackedFilePart, index: number, head: LeafHead): Uint8Array {
    const { inodes, options } = this.#image;
    const encoded = packed?.extents.at(-1)?.encoded ?? 0;
    if (!options.tailPacking || encoded === 0 || inodes.sharers.has(index)) return NO_TAIL;
    // With extents in several places the index is the full one.
    const before = head.size + indexSize(head.size, head.length, options, options.compactIndex && !options.dedupe);
    return before + encoded <= options.blockSize ? packed!.data.subarray(-encoded) : NO_TAIL;
  }

  /** Whether a file of one part is smaller when compressed. A larger one is written before that is known. */
  #isWorthIt({ packed }: PackedFilePart, index: number, form: FlatForm, head: LeafHead, tail: Uint8Array): boolean {
    const { options, inodes } = this.#image;
    if (!packed) return false;
    const inodesOfIt = inodes.sharers.get(index) ?? 1;
    const saved = tail.length > 0 ? options.blockSize - tail.length : 0;
    const size = packed.data.length - saved + inodesOfIt * indexSize(head.size, head.length, options);
    return size < form.blocks * options.blockSize + inodesOfIt * form.tail;
  }

  #stored({ bytes, length }: PackedFilePart, form: FlatForm, head: LeafHead): void {
    const { blockSize } = this.#image.options;
    const block = this.#placement.takeBlocks(form.blocks);
    const tail = this.#writer.stored(block, form, head);
    const inBlocks = length - form.tail;
    if (bytes) tail.set(bytes.subarray(inBlocks));
    this.#writer.keepTail(tail);
    if (inBlocks > 0) this.#out.put(bytes ? bytes.subarray(0, inBlocks) : { hole: inBlocks });
    const rest = form.blocks * blockSize - inBlocks;
    if (rest > 0) this.#out.put({ hole: rest });
  }
}
