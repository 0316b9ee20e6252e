// A UDF volume opened for reading: its descriptors, and the partitions in which addresses of files count (ECMA-167 3/8,
// UDF 2.2). Every place is checked against the image before it is believed.

import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { type Range, type Source, Work } from '../../io/index.js';
import type { LongAddress, VolumeExtent } from './fields.js';
import { findAnchor, sequence } from './read.js';
import { readTag, TAG_ID, type TagId } from './tag.js';
import { logicalVolume, metadataMap, partitionDescriptor, physicalMap } from './volume-descriptors.js';

const MOST_PARTITIONS = 4;
const PHYSICAL_MAP = 1;
const METADATA_PURPOSE = '*UDF Metadata Partition';

/** A run of blocks in the image. */
interface Run {
  readonly at: number;
  readonly blocks: number;
}

/** The space of addresses: a run of the image, or the blocks of a file that holds metadata. */
type Partition =
  | {
      readonly runs: readonly Run[];
      /** Of every run, the block of the partition at which it begins. */
      readonly starts: Float64Array;
    }
  | { readonly metadataFile: number; readonly within: number };

/** The contents of a volume descriptor sequence. */
interface Sequence {
  readonly partitions: Map<number, Run>;
  volume?: {
    readonly blockSize: number;
    readonly fileSet: LongAddress;
    readonly maps: Uint8Array;
    readonly count: number;
  };
}

/** An opened volume. */
export class Volume {
  readonly #image: Source;
  /** The work done so far for reading the tree. */
  readonly work: Work;
  readonly blockSize: number;
  readonly fileSet: LongAddress;
  readonly #partitions: Partition[] = [];

  private constructor(image: Source, blockSize: number, { partitions, volume }: Sequence) {
    if (!volume) throw damaged('descriptors', 'There is no logical volume descriptor.');
    if (volume.blockSize !== blockSize) throw damaged('block-size', 'Blocks of the volume and of its anchor differ.');
    this.#image = image;
    this.work = new Work(image.size, 'udf.work');
    this.blockSize = blockSize;
    this.fileSet = volume.fileSet;
    if (volume.count > MOST_PARTITIONS) throw damaged('partition', `There are ${volume.count} partition maps.`);
    for (let at = 0, i = 0; i < volume.count; i++) {
      this.#partitions.push(partitionOf(volume.maps, at, partitions));
      at += volume.maps[at + 1] || 1;
    }
  }

  /** Throws {@link InvalidImageError} if there is no such volume, {@link UnsupportedError} for virtual and sparable ones. */
  static async open(image: Source): Promise<Volume> {
    const anchor = await findAnchor(image);
    if (!anchor) throw damaged('not-udf', 'This is not a UDF volume.');
    const { blockSize, main, reserve } = anchor;
    const found = await readSequence(image, main, blockSize);
    return new Volume(image, blockSize, found.volume ? found : await readSequence(image, reserve, blockSize));
  }

  /** Bytes of the image. */
  get size(): number {
    return this.#image.size;
  }

  /** The partition whose addresses count in a metadata file, and where that file's entry is; undefined if there is none. */
  get metadata(): { readonly index: number; readonly address: LongAddress } | undefined {
    const index = this.#partitions.findIndex((partition) => 'metadataFile' in partition);
    const partition = this.#partitions[index];
    if (!partition || !('metadataFile' in partition)) return undefined;
    const address = { length: this.blockSize, block: partition.metadataFile, partition: partition.within, uniqueId: 0 };
    return { index, address };
  }

  /** From now on addresses of this partition count in these bytes of the image. */
  setMetadata(index: number, ranges: readonly Range[]): void {
    const runs = ranges.map(({ at, length }) => ({ at, blocks: Math.ceil(length / this.blockSize) }));
    this.#partitions[index] = partitionOfRuns(runs);
  }

  /** Where `length` bytes from a block on are. Throws where they leave the partition or the image. */
  rangesOf(partition: number, block: number, length: number): Range[] {
    const found = this.#partitions[partition];
    if (!found || !('runs' in found)) throw damaged('partition', `There is no partition ${partition}.`);
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
      throw damaged('descriptor', `Block ${block} of partition ${partition} does not hold what it should.`);
    }
    return { id, bytes };
  }
}

function partitionOfRuns(runs: readonly Run[]): Partition {
  const starts = new Float64Array(runs.length);
  let next = 0;
  for (const [index, { blocks }] of runs.entries()) {
    starts[index] = next;
    next += blocks;
  }
  return { runs, starts };
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

async function readSequence(image: Source, extent: VolumeExtent, blockSize: number): Promise<Sequence> {
  const found: Sequence = { partitions: new Map() };
  for await (const { id, bytes } of sequence(image, extent, blockSize)) {
    if (id === TAG_ID.partition) {
      const { number, start, blocks } = partitionDescriptor.decode(bytes);
      found.partitions.set(number, { at: start * blockSize, blocks });
    } else if (id === TAG_ID.logicalVolume) {
      const { blockSize: size, fileSet, maps, mapTableLength } = logicalVolume.decode(bytes);
      const table = bytes.slice(logicalVolume.size, logicalVolume.size + mapTableLength);
      found.volume = { blockSize: size, fileSet, maps: table, count: maps };
    }
  }
  return found;
}

function partitionOf(maps: Uint8Array, at: number, partitions: ReadonlyMap<number, Run>): Partition {
  if (maps[at] === PHYSICAL_MAP) {
    const { partition } = physicalMap.decode(maps, at);
    const run = partitions.get(partition);
    if (!run) throw damaged('partition', `There is no partition number ${partition}.`);
    return partitionOfRuns([run]);
  }
  const { purpose, metadataFile, partition } = metadataMap.decode(maps, at);
  if (purpose.id !== METADATA_PURPOSE) {
    throw new UnsupportedError('udf.partition', `UDF volumes with a "${purpose.id}" are not read.`);
  }
  const numbers = [...partitions.keys()];
  return { metadataFile, within: Math.max(0, numbers.indexOf(partition)) };
}

/** An error of the image. */
export function damaged(what: string, message: string): InvalidImageError {
  return new InvalidImageError(`udf.${what}`, message);
}
