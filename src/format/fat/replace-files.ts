// Gives files of a finished FAT volume other bytes, in place: clusters that a file has are used again, more are taken from the free
// ones, and what it no longer needs becomes free (fatgen103 "FAT Data Structure").

import {
  type ByteString,
  concatBytes,
  displayText,
  divCeil,
  dosTime,
  fromText,
  type Timestamp,
} from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { bytesAt, type Patch, type Source } from '../../io/index.js';
import { endOfChain, FIRST_CLUSTER, isEndOfChain, TableBytes, tableLength } from './allocation-table.js';
import { bootSector16, bootSector32 } from './boot-sector.js';
import {
  ATTRIBUTE,
  DELETED,
  type DirectoryEntry,
  directoryEntry,
  END_OF_DIRECTORY,
  ENTRY_SIZE,
} from './directory-entry.js';
import { UNKNOWN_CLUSTER } from './fs-info.js';
import { type FoundVolume, findVolume } from './read.js';
import { LongNameReader } from './read-names.js';

const FREE = 0;
const BOOT_SECTOR = 512;
/** Bytes of an FSInfo sector before the number of free clusters. */
const FREE_COUNT_AT = 488;
/** A table of a larger volume is not an EFI system partition's. */
const LARGEST_TABLE = 64 * 1024 * 1024;

/**
 * The patches that replace files of a volume, by their paths; names are compared as FAT does, without regard to case. Throws
 * {@link UnsupportedError} `fat.full` if the volume has too few free clusters, {@link InvalidImageError} for a damaged volume or a file
 * that is not there.
 */
export async function replaceFatFiles(
  image: Source,
  files: ReadonlyMap<ByteString, Uint8Array>,
  mtime: Timestamp,
): Promise<Patch[]> {
  const found = await findVolume(image);
  if (!found) throw new InvalidImageError('fat.not-fat', 'This is not a FAT volume.');
  const editor = await VolumeEditor.open(image, found);
  const patches: Patch[] = [];
  for (const [path, bytes] of files) patches.push(...(await editor.replace(path, bytes, mtime)));
  return [...patches, ...(await editor.tablePatches())];
}

interface Place {
  readonly record: DirectoryEntry;
  /** Byte of the entry in the image. */
  readonly at: number;
}

class VolumeEditor {
  readonly #image: Source;
  readonly #found: FoundVolume;
  readonly #table: TableBytes;
  readonly #clusters: number;
  #free = 0;

  private constructor(image: Source, found: FoundVolume, table: Uint8Array) {
    const { volume, areas } = found;
    this.#image = image;
    this.#found = found;
    this.#table = new TableBytes(volume.type, table);
    // An image may be cut after its last used cluster.
    const end = Math.min(volume.size, image.size);
    this.#clusters = Math.floor((end - areas.dataAt) / volume.clusterSize);
  }

  static async open(image: Source, found: FoundVolume): Promise<VolumeEditor> {
    const { tableAt, tableSize } = found.areas;
    const table = tableSize <= LARGEST_TABLE ? await bytesAt(image, tableAt, tableSize) : undefined;
    const clusters = Math.floor((found.volume.size - found.areas.dataAt) / found.volume.clusterSize);
    if (!table || tableLength(found.volume.type, clusters) > tableSize) {
      throw new InvalidImageError('fat.table', 'Its allocation table is too large, too short, or not in the image.');
    }
    return new VolumeEditor(image, found, table);
  }

  async replace(path: ByteString, bytes: Uint8Array, mtime: Timestamp): Promise<Patch[]> {
    const { record, at } = await this.#find(path);
    const { volume, areas } = this.#found;
    const first = this.#firstCluster(record);
    const chain = record.size > 0 ? this.#chain(first) : [];
    const needed = divCeil(bytes.length, volume.clusterSize);
    for (const cluster of chain.slice(needed)) this.#set(cluster, FREE);
    const clusters = chain.slice(0, needed);
    while (clusters.length < needed) clusters.push(this.#take(path, bytes.length));
    for (const [i, cluster] of clusters.entries()) this.#set(cluster, clusters[i + 1] ?? endOfChain(volume.type));
    const { date, time } = dosTime(mtime);
    const start = clusters[0] ?? 0;
    const entry = directoryEntry.encode({
      ...record,
      modifiedDate: date,
      modifiedTime: time,
      clusterLow: start & 0xffff,
      clusterHigh: volume.type === 32 ? start >>> 16 : record.clusterHigh,
      size: bytes.length,
    });
    const data = clusters.map((cluster, i): Patch => {
      const part = new Uint8Array(volume.clusterSize);
      part.set(bytes.subarray(i * volume.clusterSize, (i + 1) * volume.clusterSize));
      return { at: areas.dataAt + (cluster - FIRST_CLUSTER) * volume.clusterSize, bytes: part };
    });
    return [{ at, bytes: entry }, ...data];
  }

  /** The tables, where they changed, and the number of free clusters. */
  async tablePatches(): Promise<Patch[]> {
    const changed = this.#table.changed;
    const sector = await bytesAt(this.#image, 0, BOOT_SECTOR);
    if (!changed || !sector) return [];
    const { tableAt, tableSize } = this.#found.areas;
    const { fats, sectorSize } = bootSector16.decode(sector);
    const patches = Array.from({ length: fats }, (_, i) => ({
      at: tableAt + i * tableSize + changed.at,
      bytes: changed.bytes,
    }));
    if (this.#found.volume.type !== 32) return patches;
    const at = bootSector32.decode(sector).fsInfoSector * sectorSize + FREE_COUNT_AT;
    const count = await bytesAt(this.#image, at, 4);
    const known = count ? new DataView(count.buffer).getUint32(0, true) : UNKNOWN_CLUSTER;
    if (!count || known === UNKNOWN_CLUSTER || this.#free === 0) return patches;
    new DataView(count.buffer).setUint32(0, Math.max(0, known + this.#free), true);
    return [...patches, { at, bytes: count }];
  }

  #set(cluster: number, value: number): void {
    const before = this.#table.get(cluster);
    if (before === FREE && value !== FREE) this.#free--;
    if (before !== FREE && value === FREE) this.#free++;
    this.#table.set(cluster, value);
  }

  #take(path: ByteString, size: number): number {
    for (let cluster = FIRST_CLUSTER; cluster < this.#clusters + FIRST_CLUSTER; cluster++) {
      if (this.#table.get(cluster) !== FREE) continue;
      this.#set(cluster, endOfChain(this.#found.volume.type));
      return cluster;
    }
    const shown = displayText(path);
    throw new UnsupportedError('fat.full', `The FAT volume has no room for ${shown} with ${size} bytes.`, {
      path: shown,
    });
  }

  #firstCluster({ clusterLow, clusterHigh }: DirectoryEntry): number {
    return clusterLow + (this.#found.volume.type === 32 ? clusterHigh * 0x1_0000 : 0);
  }

  #chain(first: number): number[] {
    const { type } = this.#found.volume;
    const chain: number[] = [];
    for (let cluster = first; !isEndOfChain(type, cluster); cluster = this.#table.get(cluster)) {
      const isInside = cluster >= FIRST_CLUSTER && cluster < this.#clusters + FIRST_CLUSTER;
      if (!isInside || chain.length > this.#clusters) {
        throw new InvalidImageError('fat.chain', `A chain refers to cluster ${cluster}.`);
      }
      chain.push(cluster);
    }
    return chain;
  }

  async #find(path: ByteString): Promise<Place> {
    const names = path.split('/');
    const { root } = this.#found.areas;
    let ranges = typeof root === 'number' ? this.#ranges(root) : [root];
    for (const [i, name] of names.entries()) {
      const place = await this.#entry(ranges, name);
      const isDirectory = ((place?.record.attributes ?? 0) & ATTRIBUTE.directory) !== 0;
      if (!place || isDirectory !== i < names.length - 1) {
        const shown = displayText(path);
        throw new InvalidImageError('fat.no-file', `The FAT volume has no file ${shown}.`, { path: shown });
      }
      if (!isDirectory) return place;
      ranges = this.#ranges(this.#firstCluster(place.record));
    }
    throw new InvalidImageError('fat.no-file', 'No file is named.');
  }

  #ranges(first: number): { at: number; length: number }[] {
    const { clusterSize } = this.#found.volume;
    return this.#chain(first).map((cluster) => ({
      at: this.#found.areas.dataAt + (cluster - FIRST_CLUSTER) * clusterSize,
      length: clusterSize,
    }));
  }

  async #entry(ranges: readonly { at: number; length: number }[], name: string): Promise<Place | undefined> {
    const parts = await Promise.all(ranges.map(({ at, length }) => bytesAt(this.#image, at, length)));
    const bytes = concatBytes(parts.map((part) => part ?? new Uint8Array(0)));
    const names = new LongNameReader();
    for (let at = 0; at + ENTRY_SIZE <= bytes.length && bytes[at] !== END_OF_DIRECTORY; at += ENTRY_SIZE) {
      const raw = bytes.subarray(at, at + ENTRY_SIZE);
      const record = directoryEntry.decode(raw);
      if (raw[0] === DELETED) names.forget();
      else if ((record.attributes & 0x3f) === ATTRIBUTE.longName) names.part(raw);
      else if (
        fromText(names.of(record)).toLowerCase() === name.toLowerCase() &&
        (record.attributes & ATTRIBUTE.volumeLabel) === 0
      ) {
        const step = ranges[0]!.length;
        return { record, at: ranges[Math.floor(at / step)]!.at + (at % step) };
      }
    }
    return undefined;
  }
}
