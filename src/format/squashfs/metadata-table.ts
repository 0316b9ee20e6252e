// Builds one table of metadata blocks: content in, compressed blocks and the places of the content out.

import { type BlockCompressor, blockBuffer } from '../../compress/index.js';
import { InternalError } from '../../errors.js';
import { inOrder, type Run } from '../../io/index.js';
import { METADATA_SIZE, type MetadataPlace, renderMetadataBlock } from './metadata-block.js';

/** Full blocks that wait before they are compressed together; bounds the memory of large tables. */
const BATCH = 256;
/** Blocks compressed in parallel, per job: they are small. */
const WIDTH = 4;

export class MetadataTable {
  /** Bytes of content so far. */
  position = 0;
  readonly #compressor: BlockCompressor;
  readonly #stored: boolean;
  readonly #run: Run;
  readonly #rendered: Uint8Array[] = [];
  /** First byte of each block, counted from the table; one more than there are blocks rendered. */
  readonly #starts: number[] = [0];
  #full: Uint8Array[] = [];
  #open: Uint8Array;
  /** Memory of blocks that are rendered. Left to the garbage collector, it would be as large as the table. */
  readonly #free: Uint8Array[] = [];

  /** With `stored` no block is compressed. */
  constructor(compressor: BlockCompressor, stored: boolean, run: Run) {
    this.#compressor = compressor;
    this.#stored = stored;
    this.#run = run;
    this.#open = blockBuffer(compressor, METADATA_SIZE);
  }

  /** Copies the bytes to the end of the table. */
  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const at = this.position % METADATA_SIZE;
      const length = Math.min(METADATA_SIZE - at, bytes.length - done);
      this.#open.set(length === bytes.length ? bytes : bytes.subarray(done, done + length), at);
      this.position += length;
      done += length;
      if (at + length < METADATA_SIZE) continue;
      this.#full.push(this.#open);
      this.#open = this.#free.pop() ?? blockBuffer(this.#compressor, METADATA_SIZE);
    }
  }

  /** Whether enough full blocks have come together for {@link settle} to be worthwhile. */
  get isDue(): boolean {
    return this.#full.length >= BATCH;
  }

  /** Compresses all full blocks. After it every position up to the end of the table has a place. */
  async settle(): Promise<void> {
    const full = this.#full;
    this.#full = [];
    for await (const block of inOrder(full, WIDTH * this.#run.jobs, (content) => this.#render(content))) {
      this.#rendered.push(block);
      this.#starts.push(this.size + block.length);
    }
  }

  /** Whether {@link place} already knows the place of a position. */
  isPlaced(position: number): boolean {
    return Math.floor(position / METADATA_SIZE) < this.#starts.length;
  }

  /** Where the content at a position is. Its block need not be compressed yet, but all blocks before it. */
  place(position: number): MetadataPlace {
    const block = this.#starts[Math.floor(position / METADATA_SIZE)];
    if (block === undefined) throw new InternalError('internal.metadata-place', 'A place was requested too early.');
    return { block, offset: position % METADATA_SIZE };
  }

  /** Compresses what is left, ends the table and returns its blocks, each with its header. */
  async finish(): Promise<readonly Uint8Array[]> {
    const rest = this.position % METADATA_SIZE;
    if (rest > 0) this.#full.push(this.#open.subarray(0, rest));
    await this.settle();
    return this.#rendered;
  }

  /** Bytes of the blocks compressed so far. */
  get size(): number {
    return this.#starts.at(-1)!;
  }

  /** First byte of each block, counted from the table. Complete once it is finished. */
  get starts(): readonly number[] {
    return this.#starts.slice(0, this.#rendered.length);
  }

  async #render(content: Uint8Array): Promise<Uint8Array> {
    const compressed = this.#stored ? undefined : await this.#compressor.compress(content);
    const block = renderMetadataBlock(content, compressed);
    if (compressed) this.#compressor.release?.(compressed);
    this.#free.push(content);
    return block;
  }
}
