// Checks a FAT volume: equal tables, chains of clusters that nothing shares, the copies and hints of FAT32.

import { type ByteString, concatBytes, fromText } from '../../bytes/index.js';
import { bytesAt, type Source } from '../../io/index.js';
import { joinPath } from '../../tree/index.js';
import { FIRST_CLUSTER, isBadCluster, isEndOfChain } from './allocation-table.js';
import { bootSector16, bootSector32 } from './boot-sector.js';
import { ATTRIBUTE, DELETED, type DirectoryEntry, directoryEntry, ENTRY_SIZE } from './directory-entry.js';
import { fsInfo, SIGNATURES, UNKNOWN_CLUSTER } from './fs-info.js';
import { type FoundVolume, findVolume } from './read.js';
import { LongNameReader } from './read-names.js';

/** Faults of a FAT volume, by the last part of their codes. */
export type FatFault =
  | 'truncated'
  | 'root-entries'
  | 'table-start'
  | 'tables-differ'
  | 'chain'
  | 'cross-linked'
  | 'lost-clusters'
  | 'size'
  | 'fs-info'
  | 'backup-boot-sector';

/** Takes a fault; `at` is a byte of the image. */
export type ReportFatFault = (
  fault: FatFault,
  message: string,
  place?: { readonly at?: number; readonly path?: ByteString },
) => void;

const CHUNK = 1024 * 1024;
/** More clusters than this are not followed. */
const MOST_CLUSTERS = 2 ** 26;
const MOST_DIRECTORY = 65_536 * ENTRY_SIZE;
/** Byte of the boot sector of FAT32 in which systems keep marks. */
const STATE_AT = 65;

/** Reports the faults of a volume. Never throws because of what its bytes are. */
export async function checkFat(image: Source, report: ReportFatFault): Promise<void> {
  const found = await findVolume(image);
  if (!found) return;
  const sector = await bytesAt(image, 0, 512);
  const { fats, rootEntries, sectorSize, media } = bootSector16.decode(sector!);
  const isMirrored = found.volume.type !== 32 || (bootSector32.decode(sector!).mirroring & 0x80) === 0;
  if (found.volume.size > image.size) {
    report('truncated', `The volume has ${found.volume.size} bytes, and the image only ${image.size}.`);
    return;
  }
  if ((rootEntries * ENTRY_SIZE) % sectorSize > 0) {
    report('root-entries', `The root directory has ${rootEntries} entries, which do not fill whole sectors.`, {
      at: 17,
    });
    return;
  }
  if (found.evidence !== 'confirmed') {
    const message = `The allocation table does not begin with the media descriptor, 0x${media.toString(16)}.`;
    report('table-start', message, { at: found.areas.tableAt });
    return;
  }
  if (isMirrored) await compareTables(image, found, fats, report);
  const clusters = Math.floor((found.volume.size - found.areas.dataAt) / found.volume.clusterSize);
  if (clusters > MOST_CLUSTERS) return;
  const chains = new Chains(image, found, clusters, report);
  await chains.readTable();
  await chains.walk();
  chains.findLost();
  if (found.volume.type === 32) await checkCopies(image, found, sector!, chains, report);
}

async function compareTables(image: Source, found: FoundVolume, fats: number, report: ReportFatFault): Promise<void> {
  const { tableAt, tableSize } = found.areas;
  for (let copy = 1; copy < fats; copy++) {
    for (let from = 0; from < tableSize; from += CHUNK) {
      const length = Math.min(CHUNK, tableSize - from);
      const first = await bytesAt(image, tableAt + from, length);
      const other = await bytesAt(image, tableAt + copy * tableSize + from, length);
      const index = first && other ? first.findIndex((byte, i) => byte !== other[i]) : 0;
      if (index < 0) continue;
      const at = tableAt + copy * tableSize + from + index;
      report('tables-differ', `Copy ${copy + 1} of the allocation table differs from the first.`, { at });
      return;
    }
  }
}

class Chains {
  readonly #image: Source;
  readonly #found: FoundVolume;
  readonly #report: ReportFatFault;
  readonly #next: Uint32Array;
  readonly #owned: Uint8Array;
  #hasFault = false;

  constructor(image: Source, found: FoundVolume, clusters: number, report: ReportFatFault) {
    this.#image = image;
    this.#found = found;
    this.#report = report;
    this.#next = new Uint32Array(clusters + FIRST_CLUSTER);
    this.#owned = new Uint8Array(clusters + FIRST_CLUSTER);
  }

  /** Clusters that no chain has. */
  get free(): number {
    return this.#next.reduce((sum, next, index) => sum + (index >= FIRST_CLUSTER && next === 0 ? 1 : 0), 0);
  }

  async readTable(): Promise<void> {
    const { type } = this.#found.volume;
    const { tableAt, tableSize } = this.#found.areas;
    const table = await bytesAt(
      this.#image,
      tableAt,
      Math.min(tableSize, Math.ceil((this.#next.length * type) / 8) + 1),
    );
    if (!table) return;
    const view = new DataView(table.buffer);
    for (let cluster = 0; cluster < this.#next.length; cluster++) {
      const at = Math.floor((cluster * type) / 8);
      if (at + (type === 32 ? 4 : 2) > table.length) break;
      if (type === 32) this.#next[cluster] = view.getUint32(at, true) & 0x0fff_ffff;
      else if (type === 16) this.#next[cluster] = view.getUint16(at, true);
      else this.#next[cluster] = cluster % 2 === 0 ? view.getUint16(at, true) & 0xfff : view.getUint16(at, true) >>> 4;
    }
  }

  async walk(): Promise<void> {
    const { root } = this.#found.areas;
    const open: { readonly path: ByteString; readonly bytes: Uint8Array }[] = [];
    const rootBytes =
      typeof root === 'number'
        ? await this.#content(this.#chain(root, '' as ByteString))
        : await bytesAt(this.#image, root.at, root.length);
    if (rootBytes) open.push({ path: '' as ByteString, bytes: rootBytes });
    for (let next = open.pop(); next; next = open.pop()) {
      for (const { path, record } of entriesIn(next.bytes, next.path)) {
        const bytes = await this.#entry(path, record);
        if (bytes) open.push({ path, bytes });
      }
    }
  }

  /** Follows the chain of an entry; the bytes of a directory. */
  async #entry(path: ByteString, record: DirectoryEntry): Promise<Uint8Array | undefined> {
    const isDirectory = (record.attributes & ATTRIBUTE.directory) !== 0;
    const first = record.clusterLow + (this.#found.volume.type === 32 ? record.clusterHigh * 0x10000 : 0);
    if (first === 0 && record.size === 0 && !isDirectory) return undefined;
    const before = this.#hasFault;
    const chain = this.#chain(first, path);
    const room = chain.length * this.#found.volume.clusterSize;
    if (isDirectory) return this.#content(chain);
    if (this.#hasFault !== before) return undefined;
    const { size } = record;
    if (size > room) this.#fault('size', `It has ${size} bytes, and clusters for ${room}.`, path);
    else if (room - size >= this.#found.volume.clusterSize && size > 0) {
      this.#fault('size', `It has ${size} bytes, and clusters for ${room}.`, path);
    }
    return undefined;
  }

  #chain(first: number, path: ByteString): number[] {
    const { type } = this.#found.volume;
    const chain: number[] = [];
    for (let cluster = first; ; cluster = this.#next[cluster]!) {
      if (chain.length > 0 && isEndOfChain(type, cluster)) return chain;
      if (cluster < FIRST_CLUSTER || cluster >= this.#next.length) {
        this.#fault('chain', `Its chain leads to cluster ${cluster}, which is not one.`, path);
        return chain;
      }
      if (this.#owned[cluster] !== 0) {
        this.#fault('cross-linked', `Cluster ${cluster} belongs to another chain too.`, path);
        return chain;
      }
      this.#owned[cluster] = 1;
      chain.push(cluster);
    }
  }

  async #content(chain: readonly number[]): Promise<Uint8Array | undefined> {
    const { clusterSize } = this.#found.volume;
    if (chain.length * clusterSize > MOST_DIRECTORY + clusterSize) return undefined;
    const parts: Uint8Array[] = [];
    for (const cluster of chain) {
      const at = this.#found.areas.dataAt + (cluster - FIRST_CLUSTER) * clusterSize;
      const bytes = await bytesAt(this.#image, at, clusterSize);
      if (bytes) parts.push(bytes);
    }
    return concatBytes(parts);
  }

  /** Clusters in chains that no entry leads to. After other faults they would only repeat them. */
  findLost(): void {
    if (this.#hasFault) return;
    const { type } = this.#found.volume;
    let lost = 0;
    for (let cluster = FIRST_CLUSTER; cluster < this.#next.length; cluster++) {
      const next = this.#next[cluster]!;
      if (next !== 0 && !isBadCluster(type, next) && this.#owned[cluster] === 0) lost++;
    }
    if (lost > 0) this.#report('lost-clusters', `${lost} clusters are in use and belong to no file.`);
  }

  #fault(fault: FatFault, message: string, path: ByteString): void {
    this.#hasFault = true;
    this.#report(fault, message, { path });
  }
}

function* entriesIn(bytes: Uint8Array, above: ByteString): Generator<{ path: ByteString; record: DirectoryEntry }> {
  const names = new LongNameReader();
  for (let at = 0; at + ENTRY_SIZE <= bytes.length && bytes[at] !== 0; at += ENTRY_SIZE) {
    const raw = bytes.subarray(at, at + ENTRY_SIZE);
    const record = directoryEntry.decode(raw);
    if (raw[0] === DELETED) names.forget();
    else if ((record.attributes & 0x3f) === ATTRIBUTE.longName) names.part(raw);
    else {
      const name = fromText(names.of(record));
      if ((record.attributes & ATTRIBUTE.volumeLabel) !== 0 || name === '.' || name === '..') continue;
      yield { path: joinPath(above, name), record };
    }
  }
}

/** The copy of the boot sector and the hints about free clusters, which FAT32 has. */
async function checkCopies(
  image: Source,
  { volume }: FoundVolume,
  sector: Uint8Array,
  chains: Chains,
  report: ReportFatFault,
): Promise<void> {
  const { backupSector, fsInfoSector } = bootSector32.decode(sector);
  const copyAt = backupSector * volume.sectorSize;
  const copy = backupSector > 0 && backupSector < 0xffff ? await bytesAt(image, copyAt, 512) : undefined;
  if (copy?.some((byte, i) => byte !== sector[i] && i !== STATE_AT)) {
    report('backup-boot-sector', 'The copy of the boot sector differs from it.', { at: copyAt });
  }
  const at = fsInfoSector * volume.sectorSize;
  const bytes = fsInfoSector > 0 && fsInfoSector < 0xffff ? await bytesAt(image, at, 512) : undefined;
  if (!bytes) return;
  const { freeClusters, ...signatures } = fsInfo.decode(bytes);
  if (signatures.leadSignature !== SIGNATURES.lead || signatures.structureSignature !== SIGNATURES.structure) {
    report('fs-info', 'The sector about free clusters has wrong signatures.', { at });
  } else if (freeClusters !== UNKNOWN_CLUSTER && freeClusters !== chains.free) {
    report('fs-info', `${freeClusters} clusters are said to be free, and ${chains.free} are.`, { at });
  }
}
