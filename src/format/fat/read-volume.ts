// A FAT volume opened for reading: where its areas lie, and the chains of clusters in its table (fatgen103 "FAT Data
// Structure"). Everything is checked against the image before it is believed.

import { alignUp, divCeil } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import type { Range, Source } from '../../io/index.js';
import { endOfChain, type FatType, FIRST_CLUSTER, tableLength } from './allocation-table.js';
import { bootSector16, bootSector32 } from './boot-sector.js';
import { ENTRY_SIZE } from './directory-entry.js';
import { type FatVolume, recogniseFat } from './read.js';

/** Bytes of the table that are read at once; a multiple of three, so that no entry of 12 bits is cut. */
const CHUNK = 3 * 16_384;
/** Marks of the table, as far down from its largest value: the first value that ends a chain, and that of a bad cluster. */
const FIRST_END = 7;
const BAD = 8;

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
  #chunkAt = -1;
  #chunk = new Uint8Array(0);

  private constructor(image: Source, sector: Uint8Array, facts: FatVolume) {
    const small = bootSector16.decode(sector);
    const large = bootSector32.decode(sector);
    const { sectorSize, reservedSectors, fats, rootEntries } = small;
    const fatSectors = facts.type === 32 ? large.fatSectors32 : small.fatSectors16;
    const rootAt = (reservedSectors + fats * fatSectors) * sectorSize;
    this.#image = image;
    this.facts = facts;
    this.#tableAt = reservedSectors * sectorSize;
    this.#dataAt = rootAt + alignUp(rootEntries * ENTRY_SIZE, sectorSize);
    this.#clusters = Math.floor((facts.size - this.#dataAt) / facts.clusterSize);
    this.root = facts.type === 32 ? large.rootCluster : { at: rootAt, length: rootEntries * ENTRY_SIZE };
    if (tableLength(facts.type, this.#clusters) > fatSectors * sectorSize) {
      throw damaged('table', 'Its table is too short for its clusters.');
    }
    // A volume may be cut behind its last used cluster, but not inside of its tables.
    if (this.#dataAt > image.size) throw damaged('truncated', 'The image ends before the first cluster.');
    this.#claimed = new Uint8Array(divCeil(this.#clusters, 8));
  }

  /** Throws {@link InvalidImageError} for what is no FAT volume. */
  static async open(image: Source): Promise<Volume> {
    const sector = new Uint8Array(512);
    if (image.size >= sector.length) await image.read(0, sector);
    const facts = image.size < sector.length ? undefined : recogniseFat(sector);
    if (!facts) throw damaged('not-fat', 'This is not a FAT volume.');
    return new Volume(image, sector, facts);
  }

  /** Before the tree is read: no cluster belongs to anything yet. */
  recount(): void {
    this.#claimed.fill(0);
  }

  /** Bytes of the image. Throws where it ends before. */
  data(range: Range): Source {
    if (range.at + range.length > this.#image.size) throw damaged('truncated', 'The image ends inside of a file.');
    return this.#image.slice(range);
  }

  /**
   * Where a chain's bytes lie, neighbours put together. Throws for chains that leave the volume, meet another chain or
   * themselves.
   */
  async chain(first: number): Promise<Range[]> {
    const { clusterSize, type } = this.facts;
    const ranges: { at: number; length: number }[] = [];
    for (let cluster = first; !isEnd(type, cluster); cluster = await this.#next(cluster)) {
      this.#claim(cluster);
      const at = this.#dataAt + (cluster - FIRST_CLUSTER) * clusterSize;
      const last = ranges.at(-1);
      if (last && last.at + last.length === at) last.length += clusterSize;
      else ranges.push({ at, length: clusterSize });
    }
    return ranges;
  }

  #claim(cluster: number): void {
    const index = cluster - FIRST_CLUSTER;
    if (index < 0 || index >= this.#clusters) throw damaged('chain', `A chain leads to cluster ${cluster}.`);
    const bit = 1 << (index & 7);
    if ((this.#claimed[index >>> 3]! & bit) !== 0) throw damaged('chain', `Cluster ${cluster} has two places.`);
    this.#claimed[index >>> 3]! |= bit;
  }

  async #next(cluster: number): Promise<number> {
    const { type } = this.facts;
    const at = Math.floor((cluster * type) / 8);
    const from = at - (at % CHUNK);
    if (from !== this.#chunkAt) {
      // Two bytes more, for the entry that begins in the last one.
      this.#chunk = new Uint8Array(Math.min(CHUNK + 2, this.#dataAt - this.#tableAt - from));
      await this.#image.read(this.#tableAt + from, this.#chunk);
      this.#chunkAt = from;
    }
    const view = new DataView(this.#chunk.buffer);
    if (type === 32) return view.getUint32(at - from, true) & 0x0fff_ffff;
    const word = view.getUint16(at - from, true);
    if (type === 16) return word;
    return cluster % 2 === 0 ? word & 0xfff : word >>> 4;
  }
}

/** End of a chain; a bad or a free cluster inside of one is neither, and out of every range. */
function isEnd(type: FatType, entry: number): boolean {
  const last = endOfChain(type);
  return entry >= last - FIRST_END && entry !== last - BAD;
}

/** What is thrown about an image. */
export function damaged(what: string, message: string): InvalidImageError {
  return new InvalidImageError(`fat.${what}`, message);
}
