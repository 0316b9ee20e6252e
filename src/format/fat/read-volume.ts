// A FAT volume opened for reading: where its areas are, and the chains of clusters in its table (fatgen103 "FAT Data
// Structure"). Everything is checked against the image before it is used.

import { divCeil } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { type Range, type Source, Work } from '../../io/index.js';
import { Remarks } from '../../tree/index.js';
import { FIRST_CLUSTER, isEndOfChain, tableLength } from './allocation-table.js';
import { type FoundVolume, findVolume } from './read.js';
import type { FatVolume } from './volume.js';

/** Bytes of the table per read; a multiple of three, so that no entry of 12 bits is cut. */
const CHUNK = 3 * 16_384;
/** Chunks that are kept: 64 MiB, the table of a volume of 64 GiB. */
const MOST_CHUNKS = 1365;

/** An opened volume. */
export class Volume {
  readonly #image: Source;
  readonly facts: FatVolume;
  readonly #tableAt: number;
  readonly #dataAt: number;
  readonly #clusters: number;
  /** The fixed root directory of FAT12 and FAT16, or the first cluster of FAT32's. */
  readonly root: Range | number;
  readonly #claimed: Uint8Array;
  /** Parts of the table that were read, by where they begin in it: chains of damaged volumes jump. */
  readonly #chunks = new Map<number, DataView>();
  /** Defects of the volume, as far as its tree has been read. */
  readonly remarks = new Remarks();
  /** The work done so far for reading the tree. */
  readonly work: Work;

  private constructor(image: Source, { volume, areas }: FoundVolume) {
    this.#image = image;
    this.facts = volume;
    this.work = new Work(image.size, 'fat.work');
    this.#tableAt = areas.tableAt;
    this.#dataAt = areas.dataAt;
    this.#clusters = Math.floor((volume.size - areas.dataAt) / volume.clusterSize);
    this.root = areas.root;
    if (tableLength(volume.type, this.#clusters) > areas.tableSize) {
      throw damaged('table', 'Its table is too short for its clusters.');
    }
    // A volume may be cut after its last used cluster, but not inside its tables.
    if (this.#dataAt > image.size) throw damaged('truncated', 'The image ends before the first cluster.');
    this.#claimed = new Uint8Array(divCeil(this.#clusters, 8));
  }

  /** Throws {@link InvalidImageError} if this is not a FAT volume. */
  static async open(image: Source): Promise<Volume> {
    const found = await findVolume(image);
    if (!found) throw damaged('not-fat', 'This is not a FAT volume.');
    return new Volume(image, found);
  }

  /** Resets the owners of clusters before the tree is read. */
  recount(): void {
    this.#claimed.fill(0);
    this.work.restart();
  }

  /** Bytes of the image. Throws where it ends before. */
  data(range: Range): Source {
    if (range.at + range.length > this.#image.size) throw damaged('truncated', 'The image ends inside a file.');
    return this.#image.slice(range);
  }

  /**
   * Where a chain's bytes are, neighbours put together. Throws for chains that leave the volume, meet another chain or
   * themselves.
   */
  async chain(first: number): Promise<Range[]> {
    const { clusterSize, type } = this.facts;
    const ranges: { at: number; length: number }[] = [];
    let cluster = first;
    do {
      this.work.spend(1);
      this.#claim(cluster);
      const at = this.#dataAt + (cluster - FIRST_CLUSTER) * clusterSize;
      const last = ranges.at(-1);
      if (last && last.at + last.length === at) last.length += clusterSize;
      else ranges.push({ at, length: clusterSize });
      cluster = await this.#next(cluster);
    } while (!isEndOfChain(type, cluster));
    return ranges;
  }

  #claim(cluster: number): void {
    const index = cluster - FIRST_CLUSTER;
    if (index < 0 || index >= this.#clusters) throw damaged('chain', `A chain refers to cluster ${cluster}.`);
    const bit = 1 << (index & 7);
    if ((this.#claimed[index >>> 3]! & bit) !== 0) throw damaged('chain', `Cluster ${cluster} belongs to two chains.`);
    this.#claimed[index >>> 3]! |= bit;
  }

  async #next(cluster: number): Promise<number> {
    const { type } = this.facts;
    const at = Math.floor((cluster * type) / 8);
    const from = at - (at % CHUNK);
    const view = this.#chunks.get(from) ?? (await this.#readChunk(from));
    if (type === 32) return view.getUint32(at - from, true) & 0x0fff_ffff;
    const word = view.getUint16(at - from, true);
    if (type === 16) return word;
    return cluster % 2 === 0 ? word & 0xfff : word >>> 4;
  }

  async #readChunk(from: number): Promise<DataView> {
    // Two bytes more, for the entry that begins in the last one.
    const bytes = new Uint8Array(Math.min(CHUNK + 2, this.#dataAt - this.#tableAt - from));
    this.work.spend(bytes.length);
    await this.#image.read(this.#tableAt + from, bytes);
    if (this.#chunks.size >= MOST_CHUNKS) this.#chunks.delete(this.#chunks.keys().next().value!);
    const view = new DataView(bytes.buffer);
    this.#chunks.set(from, view);
    return view;
  }
}

/** An error of the image. */
export function damaged(what: string, message: string): InvalidImageError {
  return new InvalidImageError(`fat.${what}`, message);
}
