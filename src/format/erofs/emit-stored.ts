// Emits the leaves of an uncompressed image, run by run: the blocks of files, which a writer can move unread, then the blocks of
// their inodes, into which the ends of the files have been read.

import { bytesOf } from '../../bytes/index.js';
import { bytesSource, type Data, type ExactContent, packed, type Run, type Slot, type Unread } from '../../io/index.js';
import { emptyContents } from './contents.js';
import type { PlannedImage } from './layout.js';
import { leafHead, ownsContent, putSpecial, putStored, type StoredLeaf, storedForm, storedSize } from './leaves.js';
import type { EndedRun, Placement } from './placement.js';

/** The bytes of all leaves and their contents, files `unread` where that is possible. */
export async function* emitStoredLeaves(
  image: PlannedImage,
  placement: Placement,
  run: Run,
  unread: boolean,
): AsyncGenerator<Data | Unread> {
  const leaves = new StoredLeaves(image, run);
  for (let first = 0; first < image.inodes.leaves.length; ) {
    const inodes = placedRun(image, placement, first);
    const bytes = new Uint8Array(inodes.place.blocks * image.options.blockSize);
    yield* packed(leaves.slots(inodes, bytes), run, unread);
    leaves.copyTails();
    yield bytes;
    first += inodes.leaves.length;
  }
  yield* packed(emptySlots(image), run, unread);
}

/** Leaves whose inodes are written together. */
interface InodeRun {
  readonly leaves: readonly StoredLeaf[];
  readonly place: EndedRun;
}

/** The run that begins with the leaf `first`, laid out as it was planned. */
function placedRun(image: PlannedImage, placement: Placement, first: number): InodeRun {
  const leaves: StoredLeaf[] = [];
  for (let index = first; index < image.inodes.leaves.length && !placement.isDue; index++) {
    const head = leafHead(image, image.inodes.leaves[index]!);
    const form = storedForm(image, index, head);
    const block = ownsContent(image, index) ? placement.takeBlocks(form.blocks) : 0;
    placement.put(index, storedSize(form, head));
    leaves.push({ index, head, form, block });
  }
  return { leaves, place: placement.endRun() };
}

function* emptySlots(image: PlannedImage): Generator<Slot> {
  for (const content of emptyContents(image)) yield { content, span: 0 };
}

/** The end of a content that several files have. */
interface SharedTail {
  bytes: Uint8Array;
  /** Files to come that have it too. */
  left: number;
}

/** Writes inodes, and says which contents are in the blocks before them. */
class StoredLeaves {
  readonly #image: PlannedImage;
  readonly #run: Run;
  /** First blocks of contents that several files have. */
  readonly #shared = new Map<number, number>();
  readonly #tails = new Map<number, SharedTail>();
  /** Ends to be copied when they have been read. */
  #copies: { readonly from: Uint8Array; readonly to: Uint8Array }[] = [];
  /** Those of this run that files of later runs have too. */
  #kept: SharedTail[] = [];
  #done = 0;

  constructor(image: PlannedImage, run: Run) {
    this.#image = image;
    this.#run = run;
  }

  /** The contents in the blocks before a run. While they are taken, inodes are written into its `bytes`. */
  *slots({ leaves, place }: InodeRun, bytes: Uint8Array): Generator<Slot> {
    for (let at = 0; at < leaves.length; at++) {
      const stored = leaves[at]!;
      const start = place.offsets[at]!;
      const slot = this.#put(stored, bytes.subarray(start, start + storedSize(stored.form, stored.head)));
      if (slot) yield slot;
    }
  }

  /** Completes a run after its contents have been read. */
  copyTails(): void {
    for (const { from, to } of this.#copies) to.set(from);
    // A part of a run would keep all of it in memory.
    for (const tail of this.#kept) if (tail.left > 0) tail.bytes = tail.bytes.slice();
    this.#copies = [];
    this.#kept = [];
  }

  #put(stored: StoredLeaf, bytes: Uint8Array): Slot | undefined {
    const leaf = this.#image.inodes.leaves[stored.index]!;
    if (leaf.kind === 'file') return this.#file(leaf.content, stored, bytes);
    if (leaf.kind === 'symlink') return this.#symlink(bytesOf(leaf.target), stored, bytes);
    putSpecial(leaf, stored.index, stored.head, bytes);
    return undefined;
  }

  #file(content: ExactContent, stored: StoredLeaf, bytes: Uint8Array): Slot | undefined {
    const { index, form, head } = stored;
    if (!ownsContent(this.#image, index)) {
      this.#sharing(stored, bytes);
      return undefined;
    }
    const end = putStored(this.#image, stored, bytes);
    const left = (this.#image.inodes.sharers.get(index) ?? 1) - 1;
    if (left > 0) this.#share(stored, end, left);
    if (head.length === 0) return undefined;
    this.#done += head.length;
    this.#run.report({ step: 'packing', done: this.#done, total: this.#image.contentSize, unit: 'bytes' });
    const span = form.blocks * this.#image.options.blockSize;
    return form.kind === 'flat' ? { content, span, end } : { content, span, taken: form.stored };
  }

  #share({ index, block }: StoredLeaf, end: Uint8Array, left: number): void {
    this.#shared.set(index, block);
    if (end.length === 0) return;
    const tail = { bytes: end, left };
    this.#tails.set(index, tail);
    this.#kept.push(tail);
  }

  /** A file with the content of an earlier one. */
  #sharing(stored: StoredLeaf, bytes: Uint8Array): void {
    const owner = this.#image.inodes.contentOwners[stored.index]!;
    const to = putStored(this.#image, { ...stored, block: this.#shared.get(owner)! }, bytes);
    if (to.length === 0) return;
    const tail = this.#tails.get(owner)!;
    this.#copies.push({ from: tail.bytes, to });
    tail.left--;
    if (tail.left === 0) this.#tails.delete(owner);
  }

  #symlink(target: Uint8Array, stored: StoredLeaf, bytes: Uint8Array): Slot | undefined {
    const span = stored.form.blocks * this.#image.options.blockSize;
    putStored(this.#image, stored, bytes).set(target.subarray(Math.min(span, target.length)));
    return span === 0 ? undefined : { content: bytesSource(target.subarray(0, span)), span };
  }
}
