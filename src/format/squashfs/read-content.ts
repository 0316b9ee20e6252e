// The content of a file in an image: its blocks in order, then its part of a fragment.

import {
  checkRange,
  type Data,
  type ExactContent,
  inOrder,
  isHole,
  NO_HOLES,
  type Range,
  type Run,
  type Source,
  StoredContent,
  type StoredInPieces,
  type StoredPieces,
  type StoredRange,
  sourceView,
} from '../../io/index.js';
import { type FragmentEntry, isCompressed, lengthOfWord, NO_FRAGMENT, sizeOfWord } from './data-block.js';
import { damaged, type Volume } from './read-volume.js';

/** The places of a file's bytes, according to its inode. */
export interface StoredPlace {
  readonly at: number;
  readonly size: number;
  readonly fragment: number;
  readonly fragmentOffset: number;
  readonly words: Uint32Array;
}

/** A class, not closures: a tree holds one of these per file. */
export class StoredFile extends StoredContent implements Source, StoredInPieces {
  readonly holes: readonly Range[];
  readonly size: number;
  readonly #volume: Volume;
  readonly #fragments: FragmentBlocks;
  readonly #place: StoredPlace;
  /** Where each block begins in the image; only for random access. */
  #starts: Float64Array | undefined;
  /** Decoded blocks; only for random access. */
  #kept: Map<number, Promise<Uint8Array>> | undefined;

  constructor(volume: Volume, fragments: FragmentBlocks, place: StoredPlace) {
    super();
    this.size = place.size;
    this.#volume = volume;
    this.#fragments = fragments;
    this.#place = place;
    this.holes = place.words.length > 0 && place.words.includes(0) ? this.#holes() : NO_HOLES;
  }

  /** Where a content is stored, if it is a file of that image. */
  static placeIn(volume: Volume, content: ExactContent): StoredPlace | undefined {
    return content instanceof StoredFile && content.#volume === volume ? content.#place : undefined;
  }

  override get stored(): StoredInPieces | undefined {
    return this.#volume.stored && this;
  }

  get store(): StoredRange['store'] {
    return this.#volume.stored!.store;
  }

  addPieces(to: StoredPieces): boolean | Promise<boolean> {
    const { words, fragment } = this.#place;
    const { blockSize } = this.#volume.superblock;
    let { at } = this.#place;
    let left = this.size;
    for (const word of words) {
      if (!addBlock(this.#volume, at, word, Math.min(left, blockSize), to)) return false;
      at += lengthOfWord(word);
      left -= blockSize;
    }
    if (fragment === NO_FRAGMENT || left <= 0) return true;
    const found = this.#fragments.place(fragment);
    const { fragmentOffset } = this.#place;
    if (!(found instanceof Promise)) return addTail(this.#volume, found, fragmentOffset, left, to);
    return found.then(
      (entry) => addTail(this.#volume, entry, fragmentOffset, left, to),
      () => false,
    );
  }

  async *pieces(run: Run): AsyncGenerator<Data> {
    const { words, fragment } = this.#place;
    // Most files are one tail.
    if (words.length > 0) yield* this.#wholeBlocks(run);
    const left = this.size - words.length * this.#volume.superblock.blockSize;
    if (fragment === NO_FRAGMENT || left <= 0) return;
    const lent = await this.#fragments.lend(fragment, run);
    try {
      yield this.#tailIn(lent.bytes, left);
    } finally {
      lent.giveBack();
    }
  }

  async *#wholeBlocks(run: Run): AsyncGenerator<Data> {
    const pieces = inOrder(
      blocksOf(this.#volume, this.#place),
      blocksAhead(this.#volume, run),
      async ({ at, word, length }): Promise<Data> => {
        run.signal?.throwIfAborted();
        return word === 0 ? { hole: length } : lentBlock(this.#volume, at, word, length, run);
      },
    );
    for await (const piece of pieces) {
      yield piece;
      if (!isHole(piece)) this.#volume.buffers.give(piece.buffer);
    }
  }

  async read(at: number, into: Uint8Array): Promise<void> {
    checkRange({ at, length: into.length }, this.size);
    const { blockSize } = this.#volume.superblock;
    for (let done = 0; done < into.length; ) {
      const index = Math.floor((at + done) / blockSize);
      const from = (at + done) % blockSize;
      const block = await this.#block(index);
      const part = block.subarray(from, from + into.length - done);
      if (part.length === 0) throw damaged('block', 'A file ends before its size.');
      into.set(part, done);
      done += part.length;
    }
  }

  slice(range: Range): Source {
    checkRange(range, this.size);
    return { ...sourceView(this, range), pieces: (run) => this.#piecesOf(range, run) };
  }

  /** The bytes of a part: an image in this file reads its own files so, one after the other. */
  #piecesOf({ at, length }: Range, run: Run): AsyncGenerator<Data> {
    const { blockSize } = this.#volume.superblock;
    const indexes = function* () {
      for (let index = Math.floor(at / blockSize); index * blockSize < at + length; index++) yield index;
    };
    return inOrder(indexes(), blocksAhead(this.#volume, run), async (index) => {
      run.signal?.throwIfAborted();
      const [from, to] = [at - index * blockSize, at + length - index * blockSize];
      return (await this.#block(index, run)).subarray(Math.max(0, from), to);
    });
  }

  /** Some blocks are cached for random access. */
  #block(index: number, run?: Run): Promise<Uint8Array> {
    this.#kept ??= new Map();
    const known = this.#kept.get(index);
    if (known) return known;
    const made = this.#readBlock(index, run);
    if (this.#kept.size >= keptBlocks(this.#volume)) this.#kept.delete(this.#kept.keys().next().value!);
    this.#kept.set(index, made);
    return made;
  }

  async #readBlock(index: number, run?: Run): Promise<Uint8Array> {
    const { words, at } = this.#place;
    const { blockSize } = this.#volume.superblock;
    const length = Math.min(blockSize, this.size - index * blockSize);
    const word = words[index];
    if (word === undefined) return this.#tail(length, run);
    if (word === 0) return new Uint8Array(length);
    if (!this.#starts) {
      this.#starts = new Float64Array(words.length);
      let next = at;
      for (const [block, each] of words.entries()) {
        this.#starts[block] = next;
        next += sizeOfWord(each).length;
      }
    }
    return readBlock(this.#volume, this.#starts[index]!, word, length, run);
  }

  /** The last `length` bytes, which are in a fragment. */
  async #tail(length: number, run?: Run): Promise<Uint8Array> {
    return this.#tailIn(await this.#fragments.block(this.#place.fragment, run), length);
  }

  #tailIn(block: Uint8Array, length: number): Uint8Array {
    const { fragment, fragmentOffset } = this.#place;
    if (fragmentOffset + length > block.length) {
      throw damaged('fragment', `Fragment ${fragment} ends before the end of a file in it.`);
    }
    return block.subarray(fragmentOffset, fragmentOffset + length);
  }

  #holes(): Range[] {
    const { blockSize } = this.#volume.superblock;
    const holes: { at: number; length: number }[] = [];
    for (const [index, word] of this.#place.words.entries()) {
      if (word !== 0) continue;
      const at = index * blockSize;
      const length = Math.min(blockSize, this.size - at);
      const last = holes.at(-1);
      if (last && last.at + last.length === at) last.length += length;
      else holes.push({ at, length });
    }
    return holes;
  }
}

/** A decoded fragment block. */
interface Fragment {
  readonly bytes: Promise<Uint8Array>;
  /** Readers of lent bytes. */
  readers: number;
  isKept: boolean;
  /** Whether its memory is used again when it is not kept any more: not if somebody has it for good. */
  isReused: boolean;
}

/** Fragment blocks, the last few decoded ones kept: files that follow each other are in the same. */
export class FragmentBlocks {
  readonly #volume: Volume;
  readonly #kept = new Map<number, Fragment>();
  /** Where blocks are: many files ask for the same one. */
  readonly #places = new Map<number, FragmentEntry>();

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  /** Where a block is; a promise if nobody has asked before. */
  place(index: number): FragmentEntry | Promise<FragmentEntry> {
    return this.#places.get(index) ?? this.#findPlace(index);
  }

  async #findPlace(index: number): Promise<FragmentEntry> {
    const found = await this.#volume.fragment(index);
    this.#places.set(index, found);
    return found;
  }

  /** A block, for as long as the caller likes. */
  block(index: number, run?: Run): Promise<Uint8Array> {
    const found = this.#find(index, run);
    found.isReused = false;
    return found.bytes;
  }

  /** A block for a short time: its bytes may change after `giveBack`. */
  async lend(index: number, run: Run): Promise<{ readonly bytes: Uint8Array; giveBack(): void }> {
    const found = this.#find(index, run);
    found.readers++;
    const bytes = await found.bytes;
    return {
      bytes,
      giveBack: () => {
        found.readers--;
        this.#reuse(found, bytes);
      },
    };
  }

  #find(index: number, run: Run | undefined): Fragment {
    const known = this.#kept.get(index);
    if (known) return known;
    const made = { bytes: this.#read(index, run), readers: 0, isKept: true, isReused: true };
    const oldest = this.#kept.entries().next();
    if (this.#kept.size >= keptBlocks(this.#volume) && !oldest.done) this.#forget(...oldest.value);
    this.#kept.set(index, made);
    return made;
  }

  #forget(index: number, fragment: Fragment): void {
    this.#kept.delete(index);
    fragment.isKept = false;
    // A block that could not be read has no memory, and its readers get the error.
    fragment.bytes.then(
      (bytes) => this.#reuse(fragment, bytes),
      () => {},
    );
  }

  #reuse(fragment: Fragment, bytes: Uint8Array): void {
    if (fragment.isKept || !fragment.isReused || fragment.readers > 0) return;
    fragment.isReused = false;
    this.#volume.buffers.give(bytes.buffer);
  }

  async #read(index: number, run?: Run): Promise<Uint8Array> {
    const { at, sizeWord } = await this.#volume.fragment(index);
    return lentBlock(this.#volume, at, sizeWord, undefined, run);
  }
}

const LEAST_KEPT = 4;
/** Bytes of decoded blocks that are kept, as far as those are not larger. */
const KEPT = 4 * 1024 * 1024;
/** Bytes of blocks that are decoded while the consumer uses an earlier one. */
const AHEAD = 4 * 1024 * 1024;

function keptBlocks({ superblock: { blockSize } }: Volume): number {
  return Math.max(LEAST_KEPT, KEPT / blockSize);
}

/** How many blocks of a file are read at a time: some for each job, so that none waits. */
function blocksAhead({ superblock: { blockSize } }: Volume, { jobs }: Run): number {
  return jobs < 2 ? 1 : Math.min(3 * jobs, Math.max(2, AHEAD / blockSize));
}

/** The blocks of a file in order. */
function* blocksOf({ superblock: { blockSize } }: Volume, place: StoredPlace): Generator<StoredBlock> {
  let { at, size: left } = place;
  for (const word of place.words) {
    const length = Math.min(left, blockSize);
    yield { at, word, length };
    at += sizeOfWord(word).length;
    left -= length;
  }
}

/** Adds a block of a file to its pieces; false if it cannot be as its word says. Without objects: there are many blocks. */
function addBlock(volume: Volume, at: number, word: number, length: number, to: StoredPieces): boolean {
  if (word === 0) {
    to.hole(length);
    return true;
  }
  const stored = lengthOfWord(word);
  const first = placeOf(volume, at, stored);
  if (first < 0 || (!isCompressed(word) && stored !== length)) return false;
  if (isCompressed(word)) to.block(first, stored, length);
  else to.plain(first, length);
  return true;
}

/** As {@link addBlock}, for `length` bytes of a fragment. */
function addTail(
  volume: Volume,
  { at, sizeWord }: FragmentEntry,
  skip: number,
  length: number,
  to: StoredPieces,
): boolean {
  const stored = lengthOfWord(sizeWord);
  const first = placeOf(volume, at, stored);
  if (first < 0 || (!isCompressed(sizeWord) && stored < skip + length)) return false;
  if (isCompressed(sizeWord)) to.part(first, stored, skip, length);
  else to.plain(first + skip, length);
  return true;
}

/** Where a block is in the open file; -1 if it cannot be there. */
function placeOf({ stored, superblock: { blockSize, bytesUsed } }: Volume, at: number, length: number): number {
  return !stored || length > blockSize || at + length > bytesUsed ? -1 : stored.at + at;
}

/** A block of a file, and the bytes that it has. */
interface StoredBlock {
  readonly at: number;
  readonly word: number;
  readonly length: number;
}

/** The data blocks of a file of the image that are not sparse, decoded. */
export async function* decodedBlocks(
  volume: Volume,
  content: ExactContent,
  run: Run,
): AsyncGenerator<StoredBlock & { readonly bytes: Uint8Array }> {
  const place = StoredFile.placeIn(volume, content);
  const blocks = place ? blocksOf(volume, place) : [];
  const stored = [...blocks].filter(({ word }) => word !== 0);
  yield* inOrder(stored, blocksAhead(volume, run), async (block) => {
    run.signal?.throwIfAborted();
    return { ...block, bytes: await readBlock(volume, block.at, block.word, block.length, run) };
  });
}

/** A data block in memory of the volume, which is to be given back; of exactly `length` bytes where that is known. */
async function lentBlock(volume: Volume, at: number, word: number, length?: number, run?: Run): Promise<Uint8Array> {
  const { blockSize } = volume.superblock;
  const stored = checkedWord(volume, at, word);
  const bytes = await volume.bytes(at, stored.length, volume.buffers.take());
  const content = stored.compressed ? await volume.decode(bytes, length ?? blockSize, run, volume.buffers) : bytes;
  return checked(content, at, length);
}

/** A data block; of exactly `length` bytes where that is known. */
async function readBlock(volume: Volume, at: number, word: number, length?: number, run?: Run): Promise<Uint8Array> {
  const { blockSize } = volume.superblock;
  const stored = checkedWord(volume, at, word);
  const bytes = await volume.bytes(at, stored.length);
  return checked(stored.compressed ? await volume.decode(bytes, length ?? blockSize, run) : bytes, at, length);
}

function checkedWord({ superblock: { blockSize } }: Volume, at: number, word: number) {
  const stored = sizeOfWord(word);
  if (stored.length > blockSize) throw damaged('block', `A block of ${stored.length} bytes is not possible.`, at);
  return stored;
}

function checked(content: Uint8Array, at: number, length: number | undefined): Uint8Array {
  if (length !== undefined && content.length !== length) {
    throw damaged('block', `A block has ${content.length} bytes where ${length} are expected.`, at);
  }
  return content;
}
