// Inodes of everything except directories, in order: places and bytes.

import { bytesOf, deviceNumber } from '../../bytes/index.js';
import { type Collector, type Data, EMPTY } from '../../io/index.js';
import { file, type Leaf } from '../../tree/index.js';
import { ChunkFormat } from './chunk-index.js';
import { storedChunks } from './chunk-places.js';
import { type CompressedContent, compressedContent, type PlacedExtent } from './file-index.js';
import { addressListGap, type Form, fileForm, flatForm, inodeSize } from './form.js';
import { DataLayout } from './inode.js';
import type { PlannedImage, UnplacedImage } from './layout.js';
import { type Placement, RunBuffer } from './placement.js';
import { FIRST_LEAF_NUMBER } from './plan-inodes.js';
import { type InodeFacts, putChunkAddresses, putInode } from './render-inode.js';

const EMPTY_BYTES = new Uint8Array(0);

/** Sizes of a leaf's inode. */
export interface LeafHead {
  readonly inodeSize: number;
  /** Inode and attributes. */
  readonly size: number;
  readonly links: number;
  /** Size of content or target. */
  readonly length: number;
  readonly xattrs: Uint8Array;
}

/** The sizes of a leaf's inode. */
export function leafHead(image: Pick<UnplacedImage, 'inodes' | 'xattrs' | 'options'>, leaf: Leaf): LeafHead {
  const { inodes, xattrs, options } = image;
  const links = inodes.linkCounts.get(leaf) ?? 1;
  const length = leaf.kind === 'file' ? leaf.content.size : leaf.kind === 'symlink' ? leaf.target.length : 0;
  const area = xattrs.areaOf(leaf);
  const own = inodeSize(leaf, links, length, options);
  return { inodeSize: own, size: own + area.length, links, length, xattrs: area };
}

/** The form of an uncompressed leaf. */
export function storedForm(
  { inodes, options, sharedTails, chunkPlaces }: PlannedImage,
  index: number,
  head: LeafHead,
): Form {
  const leaf = inodes.leaves[index]!;
  if (leaf.kind !== 'file') return flatForm(head.length, head.size, true, options.blockSize);
  const owner = inodes.contentOwners[index]!;
  const mayInline = !inodes.sharers.has(owner) || sharedTails.has(owner);
  const isOwn = chunkPlaces && ((chunk: number) => chunkPlaces.isOwn(leaf.content, owner, chunk));
  return fileForm(leaf.content, head.size, mayInline, options, isOwn);
}

/** Size of an inode with the data after it. */
export function storedSize(form: Form, head: LeafHead): number {
  if (form.kind === 'flat') return head.size + form.tail;
  return head.size + addressListGap(head.size) + form.chunks * 4;
}

/** Whether a leaf owns data blocks: those of a shared content belong to its first leaf. */
export function ownsContent({ inodes }: PlannedImage, index: number): boolean {
  return inodes.contentOwners[index] === index;
}

/** Lays out all leaves as {@link LeafWriter} does without compression. */
export function placeStoredLeaves(image: PlannedImage, placement: Placement): void {
  for (let index = 0; index < image.inodes.leaves.length; index++) {
    const head = leafHead(image, image.inodes.leaves[index]!);
    const form = storedForm(image, index, head);
    if (ownsContent(image, index)) settleChunks(image, index, form, placement.takeBlocks(form.blocks));
    placement.put(index, storedSize(form, head));
    if (placement.isDue) placement.endRun();
  }
  placement.endRun();
}

/** Notes where chunks lie that other files have too. */
function settleChunks({ inodes, chunkPlaces }: PlannedImage, index: number, form: Form, start: number): void {
  const leaf = inodes.leaves[index]!;
  if (!chunkPlaces || form.kind === 'flat' || leaf.kind !== 'file') return;
  for (const [chunk, block] of storedChunks(form, start)) chunkPlaces.settle(leaf.content, chunk, block);
}

/** A leaf that is not compressed, and its first block. */
export interface StoredLeaf {
  readonly index: number;
  readonly head: LeafHead;
  readonly form: Form;
  readonly block: number;
}

/** Writes the inode of a file or symbolic link and what follows it into `bytes`. Returns the part for the end of its content. */
export function putStored(
  image: PlannedImage,
  { index, head, form, block }: StoredLeaf,
  bytes: Uint8Array,
): Uint8Array {
  const leaf = image.inodes.leaves[index]!;
  const flat = form.kind === 'flat';
  const layout = !flat ? DataLayout.chunks : form.tail > 0 ? DataLayout.inline : DataLayout.plain;
  const data = flat ? (form.blocks > 0 ? block : 0) : form.chunkLog & ChunkFormat.blocksLog;
  const end = putInode(leaf, factsOf(index, head, layout, data), head.xattrs, bytes);
  if (flat) return bytes.subarray(end);
  putChunkAddresses(form, block, bytes.subarray(end + addressListGap(end)), (chunk) =>
    leaf.kind === 'file' ? image.chunkPlaces?.blockOf(leaf.content, chunk) : undefined,
  );
  return bytes.subarray(bytes.length);
}

/** Writes the inode of an entry without content into `bytes`. */
export function putSpecial(leaf: Leaf, index: number, head: LeafHead, bytes: Uint8Array): void {
  const isDevice = leaf.kind === 'block-device' || leaf.kind === 'character-device';
  const data = isDevice ? deviceNumber(leaf.major, leaf.minor) : 0;
  putInode(leaf, factsOf(index, head, DataLayout.plain, data), head.xattrs, bytes);
}

function factsOf(index: number, head: LeafHead, layout: DataLayout, data: number): InodeFacts {
  const { inodeSize: own, length, links } = head;
  return { inodeSize: own, layout, size: length, data, links, number: FIRST_LEAF_NUMBER + index };
}

/** Writes inodes into runs of blocks, and runs and targets into a collector. */
export class LeafWriter {
  readonly #image: PlannedImage;
  readonly #placement: Placement;
  readonly #out: Collector;
  readonly #run: RunBuffer;
  /** Places of contents with several leaves: a block, or a compressed content. */
  readonly #shared = new Map<number, number | CompressedContent>();
  /** The ends of contents that inodes to come have too, and how many those are. */
  readonly #tails = new Map<number, { readonly bytes: Uint8Array; left: number }>();
  #next = 0;

  constructor(image: PlannedImage, placement: Placement, out: Collector) {
    this.#image = image;
    this.#placement = placement;
    this.#out = out;
    this.#run = new RunBuffer(image.options.blockSize);
  }

  /** Writes the leaves before `index`, none of which owns content. */
  before(index: number): void {
    while (this.#next < index) this.#contentless(this.#next);
  }

  /** Writes all leaves after the last one with content, and the last run. */
  *end(): Generator<Data> {
    while (this.#next < this.#image.inodes.leaves.length) {
      this.#contentless(this.#next);
      yield* this.#out.take();
    }
    this.#endRun();
    yield* this.#out.take();
  }

  /**
   * Writes the next leaf, whose content has `form` and blocks from `block` on. Returns the buffer of its tail, to be filled
   * before any other call.
   */
  stored(block: number, form: Form, head: LeafHead): Uint8Array {
    const index = this.#next++;
    if (this.#image.inodes.sharers.has(index)) this.#shared.set(index, block);
    return putStored(this.#image, { index, head, form, block }, this.#place(index, storedSize(form, head)));
  }

  /** Keeps the end of the last leaf's content, which is in its place, for others that have it too. */
  keepTail(tail: Uint8Array): void {
    const index = this.#next - 1;
    if (!this.#image.sharedTails.has(index) || tail.length === 0) return;
    this.#tails.set(index, { bytes: tail.slice(), left: this.#image.inodes.sharers.get(index)! - 1 });
  }

  /** Writes the next leaf, whose content is compressed. */
  compressed(content: CompressedContent, head: LeafHead): void {
    const index = this.#next++;
    if (this.#image.inodes.sharers.has(index)) this.#shared.set(index, content);
    const bytes = this.#place(index, head.size + content.size(head.size));
    const facts = factsOf(index, head, content.layout, content.blocks);
    const end = putInode(this.#image.inodes.leaves[index]!, facts, head.xattrs, bytes);
    content.put(head.size, bytes.subarray(end));
  }

  /** Writes the inode of the hidden file of fragments: an empty one if there are none. To be called after the last content. */
  packed(fragments: { readonly extents: readonly PlacedExtent[]; readonly size: number } | undefined): void {
    const { inodes, options } = this.#image;
    const { extents = [], size = 0 } = fragments ?? {};
    const node = file(EMPTY, { mode: 0o600, mtime: options.epoch });
    const own = inodeSize(node, 1, size, options);
    const content =
      size === 0 ? undefined : compressedContent({ extents, size, firstBlock: 0, tail: EMPTY_BYTES }, options);
    const { layout, blocks } = content ?? { layout: DataLayout.plain, blocks: 0 };
    const facts = { inodeSize: own, layout, size, data: blocks, links: 1, number: FIRST_LEAF_NUMBER + inodes.count };
    const bytes = this.#place(inodes.leaves.length, own + (content?.size(own) ?? 0));
    const end = putInode(node, facts, EMPTY_BYTES, bytes);
    content?.put(own, bytes.subarray(end));
  }

  /** Writes the run if it is large enough. Call it only after all taken blocks have been written. */
  endIfDue(): void {
    if (this.#placement.isDue) this.#endRun();
  }

  #contentless(index: number): void {
    const leaf = this.#image.inodes.leaves[index]!;
    const head = leafHead(this.#image, leaf);
    const shared = leaf.kind === 'file' ? this.#shared.get(this.#image.inodes.contentOwners[index]!) : undefined;
    if (typeof shared === 'object') this.compressed(shared, head);
    else if (leaf.kind === 'symlink') this.#symlink(bytesOf(leaf.target), index, head);
    else if (leaf.kind === 'file') this.#sharing(shared ?? 0, index, head);
    else this.#special(index, head);
    this.endIfDue();
  }

  /** A file without content, or with that of an earlier one. */
  #sharing(block: number, index: number, head: LeafHead): void {
    const tail = this.stored(block, storedForm(this.#image, index, head), head);
    if (tail.length === 0) return;
    const owner = this.#image.inodes.contentOwners[index]!;
    const kept = this.#tails.get(owner)!;
    tail.set(kept.bytes);
    kept.left--;
    if (kept.left === 0) this.#tails.delete(owner);
  }

  #symlink(target: Uint8Array, index: number, head: LeafHead): void {
    const form = storedForm(this.#image, index, head);
    const block = this.#placement.takeBlocks(form.blocks);
    const inBlocks = form.blocks * this.#image.options.blockSize;
    this.stored(block, form, head).set(target.subarray(Math.min(inBlocks, target.length)));
    if (form.blocks === 0) return;
    const blocks = new Uint8Array(inBlocks);
    blocks.set(target.subarray(0, inBlocks));
    this.#out.put(blocks);
  }

  #special(index: number, head: LeafHead): void {
    this.#next++;
    putSpecial(this.#image.inodes.leaves[index]!, index, head, this.#place(index, head.size));
  }

  #place(index: number, size: number): Uint8Array {
    this.#placement.put(index, size);
    return this.#run.next(size);
  }

  #endRun(): void {
    const run = this.#placement.endRun();
    if (run.blocks > 0) this.#out.put(this.#run.take(run));
  }
}
