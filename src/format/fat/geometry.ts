// FAT type, cluster size and the extents of the areas. Only the number of clusters decides the type
// (fatgen103 "FAT Type Determination"), so every layout here is computed exactly and kept clear of the two limits.

import { alignUp, divCeil } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { type FatType, tableLength } from './allocation-table.js';
import { ENTRY_SIZE } from './directory-entry.js';
import { MAX_CLUSTER_SIZE, MAX_FIXED_ROOT_ENTRIES, type ResolvedFatOptions } from './options.js';

/** Where the areas of a volume are; sectors unless named otherwise. */
export interface Geometry {
  readonly type: FatType;
  readonly sectorSize: number;
  readonly clusterSize: number;
  readonly sectors: number;
  readonly reservedSectors: number;
  readonly fatSectors: number;
  /** Entries of the fixed root directory, 0 on FAT32. */
  readonly rootEntries: number;
  /** First sector of cluster 2. */
  readonly dataSector: number;
  readonly clusters: number;
}

/** The space that a tree needs. */
export interface Demand {
  /** Entries in the root directory. */
  readonly rootEntries: number;
  /** Clusters of all files and directories, the root only if it is in clusters. */
  clusters(clusterSize: number, rootInClusters: boolean): number;
}

/** Counts near the limits are avoided: some readers and writers are known to be off by up to 16. */
const MARGIN = 16;
const CLUSTERS: Readonly<Record<FatType, readonly [min: number, max: number]>> = {
  12: [MARGIN, 4084 - MARGIN],
  16: [4085 + MARGIN, 65_524 - MARGIN],
  32: [65_525 + MARGIN, 0x0fff_fff4 - MARGIN],
};
const FAT32_FROM = 512 * 1024 * 1024;
const GIB = 1024 * 1024 * 1024;
const MAX_SECTORS = 0xffff_ffff;
const MAX_RESERVED = 0xffff;
/** FAT32: boot sector and FSInfo, their copies at 6 and 7. */
const LEAST_RESERVED: Readonly<Record<FatType, number>> = { 12: 1, 16: 1, 32: 8 };
/** The data area is aligned to pages of flash and memory. */
const ALIGNMENT = 4096;

/**
 * Chooses type and cluster size: the first candidate that holds the tree; where only the type is given, the one that
 * makes the smallest image. Throws {@link InvalidInputError} when the tree does not fit or the options exclude each other.
 */
export function chooseGeometry(options: ResolvedFatOptions, demand: Demand): Geometry {
  if (options.size === 'auto') return automatic(options, demand);
  let first: Geometry | undefined;
  for (const { type, clusterSize } of candidates(options, options.size)) {
    const geometry = givenGeometry(options, type, clusterSize, options.size / options.sectorSize, demand.rootEntries);
    if (!geometry) continue;
    if (demand.clusters(clusterSize, type === 32) <= geometry.clusters) return geometry;
    first ??= geometry;
  }
  throw first ? noRoom(options, first, demand) : impossible(options);
}

function automatic(options: ResolvedFatOptions, demand: Demand): Geometry {
  const smallest = demand.clusters(options.sectorSize, true) * options.sectorSize;
  let best: Geometry | undefined;
  for (const { type, clusterSize } of candidates(options, smallest + options.slack)) {
    const needed = demand.clusters(clusterSize, type === 32) + divCeil(options.slack, clusterSize);
    const geometry = minimalGeometry(options, type, clusterSize, needed, demand.rootEntries);
    if (!geometry) continue;
    if (options.type === 'auto') return geometry;
    // A forced type may need padding to its minimum number of clusters, which is smallest with small clusters.
    if (!best || geometry.sectors < best.sectors) best = geometry;
  }
  if (!best) throw impossible(options);
  return best;
}

function noRoom(options: ResolvedFatOptions, found: Geometry, demand: Demand): InvalidInputError {
  const needed = demand.clusters(found.clusterSize, found.type === 32) * found.clusterSize;
  const message = `The tree needs ${needed} bytes of clusters, a FAT${found.type} image of ${options.size} bytes has ${found.clusters * found.clusterSize}.`;
  return new InvalidInputError('fat.no-space', message, { hint: 'Choose a larger size, or "auto".' });
}

function impossible(options: ResolvedFatOptions): InvalidInputError {
  const type = options.type === 'auto' ? 'FAT' : `FAT${options.type}`;
  const clusters = options.clusterSize === 'auto' ? '' : ` with clusters of ${options.clusterSize} bytes`;
  const size = options.size === 'auto' ? 'this tree' : `an image of ${options.size} bytes`;
  return new InvalidInputError(
    'fat.cluster-count',
    `No ${type} layout${clusters} fits ${size}: the number of clusters decides the type.`,
    {
      hint: 'Let type and cluster size be chosen automatically, or change the size; FAT32 starts at 33 MiB.',
    },
  );
}

interface Candidate {
  readonly type: FatType;
  readonly clusterSize: number;
}

/** Types and cluster sizes in order of preference: the usual cluster size first, then larger, then smaller ones. */
function* candidates(options: ResolvedFatOptions, size: number): Generator<Candidate> {
  const order: FatType[] = size < FAT32_FROM ? [12, 16, 32] : [32, 16, 12];
  const groups =
    options.type === 'auto' ? [order.filter((type) => (type === 32) === size >= FAT32_FROM), order] : [[options.type]];
  for (const types of groups) {
    const usual = usualClusterSize(size, types.includes(32) && !types.includes(16), options.sectorSize);
    for (const clusterSize of clusterSizes(options, usual)) for (const type of types) yield { type, clusterSize };
  }
}

/** As mkfs.fat: 2 KiB for FAT12 and FAT16, 4 KiB and more for FAT32. */
function usualClusterSize(size: number, fat32: boolean, sectorSize: number): number {
  if (!fat32) return Math.max(2048, sectorSize);
  return size > 32 * GIB ? 32_768 : size > 16 * GIB ? 16_384 : size > 8 * GIB ? 8192 : 4096;
}

function* clusterSizes(options: ResolvedFatOptions, usual: number): Generator<number> {
  if (options.clusterSize !== 'auto') {
    yield options.clusterSize;
    return;
  }
  for (let size = usual; size <= MAX_CLUSTER_SIZE; size *= 2) yield size;
  for (let size = usual / 2; size >= options.sectorSize; size /= 2) yield size;
}

function withinType(type: FatType, clusters: number): boolean {
  const [min, max] = CLUSTERS[type];
  return clusters >= min && clusters <= max;
}

/** Sectors before cluster 2 for a table of `fatSectors`, with the reserved area grown to align what follows. */
function frontArea(
  options: ResolvedFatOptions,
  type: FatType,
  clusterSize: number,
  fatSectors: number,
  rootEntries: number,
) {
  const { sectorSize, tables, aligned } = options;
  const perSector = sectorSize / ENTRY_SIZE;
  const fixedRoot = type === 32 ? 0 : alignUp(Math.max(options.rootEntries, rootEntries), perSector);
  if (fixedRoot > MAX_FIXED_ROOT_ENTRIES) return undefined;
  const after = tables * fatSectors + fixedRoot / perSector;
  const usual = type === 32 ? 32 : 1;
  const least = Math.max(options.reservedSectors === 'auto' ? usual : options.reservedSectors, LEAST_RESERVED[type]);
  const dataSector = alignUp(least + after, aligned ? Math.max(clusterSize, ALIGNMENT) / sectorSize : 1);
  const reservedSectors = dataSector - after;
  return reservedSectors > MAX_RESERVED ? undefined : { rootEntries: fixedRoot, dataSector, reservedSectors };
}

/** The smallest volume of at least `needed` clusters. */
function minimalGeometry(
  options: ResolvedFatOptions,
  type: FatType,
  clusterSize: number,
  needed: number,
  rootEntries: number,
): Geometry | undefined {
  const { sectorSize } = options;
  const clusters = Math.max(needed, CLUSTERS[type][0]);
  if (!withinType(type, clusters)) return undefined;
  const fatSectors = divCeil(tableLength(type, clusters), sectorSize);
  const front = frontArea(options, type, clusterSize, fatSectors, rootEntries);
  if (!front) return undefined;
  const sectors = front.dataSector + (clusters * clusterSize) / sectorSize;
  if (sectors > MAX_SECTORS) return undefined;
  return { type, sectorSize, clusterSize, sectors, fatSectors, ...front, clusters };
}

/** The volume that fills exactly `sectors`. */
function givenGeometry(
  options: ResolvedFatOptions,
  type: FatType,
  clusterSize: number,
  sectors: number,
  rootEntries: number,
): Geometry | undefined {
  const { sectorSize } = options;
  if (sectors > MAX_SECTORS) return undefined;
  const perCluster = clusterSize / sectorSize;
  // A larger table leaves fewer clusters, which need no larger table: the first size that suffices is the smallest.
  for (let fatSectors = 1; ; ) {
    const front = frontArea(options, type, clusterSize, fatSectors, rootEntries);
    if (!front) return undefined;
    const clusters = Math.floor((sectors - front.dataSector) / perCluster);
    const enough = divCeil(tableLength(type, Math.max(clusters, 0)), sectorSize);
    if (enough <= fatSectors) {
      return withinType(type, clusters)
        ? { type, sectorSize, clusterSize, sectors, fatSectors, ...front, clusters }
        : undefined;
    }
    fatSectors = enough;
  }
}
