// Data blocks and fragments: contents cut into blocks, compressed in parallel, written in order.

import { padding } from '../../bytes/index.js';
import { type BlockCompressor, blockBuffer } from '../../compress/index.js';
import { assertPlanned } from '../../errors.js';
import { contentsAhead, type Data, type ExactContent, inOrder, type Run } from '../../io/index.js';
import { BlockCutter, type BlockJob, type DataJob, type FragmentJob } from './block-cutter.js';
import { type FragmentEntry, SPARSE_BLOCK, sizeWord } from './data-block.js';
import type { PlannedImage } from './layout.js';

/** Blocks that may wait in addition to those being compressed. */
const AHEAD = 4;

/** Where the data was written; the arrays have one item per planned content. */
export interface PlacedData {
  /** First byte of the first block; 0 for a content without blocks. */
  readonly at: Float64Array;
  /** Bytes in sparse blocks. */
  readonly sparse: Float64Array;
  /** Size words of all contents' blocks. */
  readonly words: Uint32Array;
  readonly fragments: FragmentEntry[];
}

interface CompressedJob {
  readonly job: DataJob;
  readonly compressed: Uint8Array | undefined;
}

/** Storage for the places of all data of an image, filled in for data that is copied to byte `start` of the image. */
export function unplacedData({ data }: PlannedImage, start: number): PlacedData {
  const { length } = data.contents;
  const { forms, data: copied } = data.kept ?? {};
  const placed = {
    at: new Float64Array(length),
    sparse: new Float64Array(length),
    words: new Uint32Array(data.wordCount),
    fragments: (copied?.fragments ?? []).map((entry) => ({ ...entry, at: start + entry.at })),
  };
  for (const [index, { at, sparse, words }] of forms ?? []) {
    if (words.length > 0) placed.at[index] = start + at;
    placed.sparse[index] = sparse;
    placed.words.set(words, data.firstWords[index]!);
  }
  return placed;
}

/** The bytes of all new blocks and fragments, the first of them at byte `start` of the image; fills in `placed`. */
export async function* emitData(
  image: PlannedImage,
  placed: PlacedData,
  start: number,
  compressor: BlockCompressor,
  run: Run,
): AsyncGenerator<Data> {
  const { data, layout, options } = image;
  const buffers = new BlockBuffers(() => blockBuffer(compressor, options.blockSize));
  const compress = async (job: DataJob): Promise<CompressedJob> => {
    const stored = job.kind === 'sparse' || isStored(job, image);
    return { job, compressed: stored ? undefined : await compressor.compress(job.bytes) };
  };
  let at = start;
  let word = data.kept?.wordCount ?? 0;
  let content = -1;
  let done = data.kept ? layout.contentSize - data.kept.readSize : 0;
  for await (const { job, compressed } of inOrder(cutContents(image, buffers, run), run.jobs + AHEAD, compress)) {
    if (job.kind !== 'fragment' && job.content !== content) {
      content = job.content;
      assertPlanned('first block of a file', data.firstWords[content]!, word);
      const gap = padding(at, options.alignTo);
      if (gap > 0) yield { hole: gap };
      at += gap;
      placed.at[content] = at;
    }
    if (job.kind === 'sparse') {
      placed.words.fill(SPARSE_BLOCK, word, word + job.blocks);
      placed.sparse[content]! += job.length;
      word += job.blocks;
      done += job.length;
    } else {
      const bytes = compressed ?? job.bytes;
      const entry = { at, sizeWord: sizeWord(bytes.length, compressed !== undefined) };
      if (job.kind === 'fragment') placed.fragments.push(entry);
      else placed.words[word++] = entry.sizeWord;
      yield bytes;
      at += bytes.length;
      done += job.bytes.length;
      buffers.give(job.bytes);
      if (compressed) compressor.release?.(compressed);
    }
    run.report({ step: 'packing', done, total: layout.contentSize, unit: 'bytes' });
  }
  assertPlanned('blocks', data.wordCount, word);
  assertPlanned('fragments', data.fragmentCount, placed.fragments.length);
}

/** Whether a block is not to be compressed. */
function isStored(job: BlockJob | FragmentJob, { data, options }: PlannedImage): boolean {
  if (job.kind === 'fragment') return options.stored.has('fragments');
  return options.stored.has('data') || options.uncompressed.has(data.contents[job.content]!);
}

async function* cutContents(image: PlannedImage, buffers: BlockBuffers, run: Run): AsyncGenerator<DataJob> {
  const { kept } = image.data;
  const cutter = new BlockCutter(image.data, image.options, buffers);
  let begun = -1;
  for await (const parts of contentsAhead(readContents(image), run, emptyContents(image))) {
    for (const { index: place, piece } of parts) {
      const index = kept ? kept.read[place]! : place;
      const ended = index === begun ? undefined : cutter.begin(index);
      begun = index;
      if (ended) yield ended;
      // A loop instead of yield*: that would wait once per content, and most contents end no block.
      for (const job of cutter.put(piece)) yield job;
    }
  }
  const last = cutter.finish();
  if (last) yield last;
}

/** The contents whose bytes are read: all of new ones, and the loose ends of those that are copied. */
function readContents({ data: { contents, kept } }: PlannedImage): readonly ExactContent[] {
  if (!kept) return contents;
  return kept.read.map((index) => {
    const content = contents[index]!;
    const loose = kept.forms.get(index)?.loose ?? content.size;
    return loose === content.size ? content : content.slice({ at: content.size - loose, length: loose });
  });
}

/** Contents without bytes, which must still be empty when all others have been read. */
function* emptyContents({ inodes }: PlannedImage): Generator<ExactContent> {
  for (const leaf of inodes.leaves) if (leaf.kind === 'file' && leaf.content.size === 0) yield leaf.content;
}

/** Reused block buffers: as many as blocks in progress. */
class BlockBuffers {
  readonly #make: () => Uint8Array;
  readonly #free: ArrayBufferLike[] = [];

  constructor(make: () => Uint8Array) {
    this.#make = make;
  }

  take(): Uint8Array {
    const free = this.#free.pop();
    return free ? new Uint8Array(free) : this.#make();
  }

  /** Takes back a buffer, whole or a part of it. */
  give(part: Uint8Array): void {
    this.#free.push(part.buffer);
  }
}
