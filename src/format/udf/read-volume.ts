// A UDF volume opened for reading: its descriptors, and the partitions in which addresses of files count (ECMA-167 3/8,
// UDF 2.2). Every place is checked against the image before it is believed.

import { isZero, type Range, type Source, Work } from '../../io/index.js';
import { Remarks } from '../../tree/index.js';
import { damaged } from './damaged.js';
import type { LongAddress } from './fields.js';
import { type Partition, readPartitions } from './read-partitions.js';
import { findDescriptors } from './read-sequence.js';
import { readTag, type TagId } from './tag.js';
import { logicalVolume } from './volume-descriptors.js';

/** Bytes at once when the end of what was written is searched, and most zeros after it: more than a CD has. */
const CHUNK = 1024 * 1024;
const MOST_UNWRITTEN = 1024 * CHUNK;

/** An opened volume. */
export class Volume {
  readonly #image: Source;
  /** The work done so far for reading the tree. */
  readonly work: Work;
  readonly blockSize: number;
  readonly fileSet: LongAddress;
  readonly #partitions: Partition[];

  /** Defects of the volume, as far as its tree has been read. */
  readonly remarks = new Remarks();

  private constructor(image: Source, blockSize: number, fileSet: LongAddress, partitions: readonly Partition[]) {
    this.#image = image;
    this.work = new Work(image.size, 'udf.work');
    this.blockSize = blockSize;
    this.fileSet = fileSet;
    this.#partitions = [...partitions];
  }

  /** Throws {@link InvalidImageError} for an image that is not such a volume, {@link UnsupportedError} for unknown kinds of partitions. */
  static async open(image: Source): Promise<Volume> {
    const found = await findDescriptors(image);
    if (!found) throw damaged('not-udf', 'This is not a UDF volume.');
    if (!found.logicalVolume) throw damaged('descriptors', 'There is no logical volume descriptor.');
    const { blockSize, fileSet } = logicalVolume.decode(found.logicalVolume);
    if (blockSize !== found.blockSize) throw damaged('block-size', 'Blocks of the volume and of its anchor differ.');
    return new Volume(image, blockSize, fileSet, await readPartitions(image, found, found.logicalVolume));
  }

  /** Bytes of the image. */
  get size(): number {
    return this.#image.size;
  }

  /** Partitions in the order of their maps. */
  get partitions(): readonly Partition[] {
    return this.#partitions;
  }

  /** From now on addresses of this partition count so. */
  setPartition(index: number, partition: Partition): void {
    this.#partitions[index] = partition;
  }

  /** Byte of the image at which a block of a partition begins; infinite outside it. */
  placeOf(partition: number, block: number): number {
    const found = this.#partitions[partition];
    const [run] = found?.kind === 'runs' ? found.runs.slice(runAt(found.starts, block)) : [];
    if (found?.kind !== 'runs' || !run) return Number.POSITIVE_INFINITY;
    const skipped = block - found.starts[runAt(found.starts, block)]!;
    return skipped < run.blocks ? run.at + skipped * this.blockSize : Number.POSITIVE_INFINITY;
  }

  /**
   * The last blocks of a partition that have data, `count` at most, the last one first. Zeros after them are skipped: an image of a
   * medium that is written once may be as large as the medium.
   */
  async *lastBlocks(partition: number, count: number): AsyncGenerator<number> {
    const found = this.#partitions[partition];
    const run = found?.kind === 'runs' ? found.runs.at(-1) : undefined;
    if (found?.kind !== 'runs' || !run) return;
    const inImage = Math.floor((this.size - run.at) / this.blockSize);
    const written = await this.#writtenEnd(run.at, run.at + Math.min(run.blocks, inImage) * this.blockSize);
    const end = found.starts.at(-1)! + Math.ceil((written - run.at) / this.blockSize);
    for (let block = end - 1; block >= Math.max(0, end - count); block--) yield block;
  }

  /** The end of the bytes between `from` and `to` that are not zeros at their end; `to` after too many zeros. */
  async #writtenEnd(from: number, to: number): Promise<number> {
    const chunk = new Uint8Array(CHUNK);
    for (let end = to; end > from && to - end < MOST_UNWRITTEN; ) {
      const at = Math.max(from, end - CHUNK);
      const bytes = chunk.subarray(0, end - at);
      await this.#image.read(at, bytes);
      if (!isZero(bytes)) return at + bytes.findLastIndex((byte) => byte !== 0) + 1;
      end = at;
    }
    return to;
  }

  /** Where `length` bytes from a block on are. Throws where they leave the partition or the image. */
  rangesOf(partition: number, block: number, length: number): Range[] {
    const found = this.#partitions[partition];
    if (found?.kind !== 'runs') throw damaged('partition', `There is no partition ${partition}.`);
    const ranges: Range[] = [];
    let left = length;
    let first = block;
    for (let index = runAt(found.starts, block); left > 0 && index < found.runs.length; index++) {
      const run = found.runs[index]!;
      const skipped = first - found.starts[index]!;
      if (skipped >= run.blocks) break;
      const at = run.at + skipped * this.blockSize;
      const part = Math.min(left, (run.blocks - skipped) * this.blockSize);
      if (at + part > this.#image.size) throw damaged('truncated', 'The image ends inside a file.');
      ranges.push({ at, length: part });
      left -= part;
      first = found.starts[index]! + run.blocks;
    }
    if (left > 0) throw damaged('partition', 'An extent leaves its partition.');
    return ranges;
  }

  /** As {@link Source.slice}. */
  data(range: Range): Source {
    return this.#image.slice(range);
  }

  async bytes(partition: number, block: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let done = 0;
    for (const range of this.rangesOf(partition, block, length)) {
      await this.#image.read(range.at, bytes.subarray(done, done + range.length));
      done += range.length;
    }
    return bytes;
  }

  /** The block at an address, whose descriptor must be one of these kinds and say that it is there. */
  async descriptor({ partition, block }: LongAddress, ...kinds: TagId[]): Promise<{ id: TagId; bytes: Uint8Array }> {
    this.work.spend(this.blockSize);
    const bytes = await this.bytes(partition, block, this.blockSize);
    const tag = readTag(bytes);
    const id = kinds.find((kind) => kind === tag?.id);
    if (!tag || id === undefined || tag.location !== block) {
      throw damaged('descriptor', `Block ${block} of partition ${partition} does not contain the expected descriptor.`);
    }
    return { id, bytes };
  }
}

/** Index of the last run that begins at a block or before. */
function runAt(starts: Float64Array, block: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (starts[middle]! <= block) low = middle;
    else high = middle;
  }
  return low;
}
