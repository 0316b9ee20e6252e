// Recognises a FAT volume: its boot sector, the type that its number of clusters decides, the first entry of its table
// (Microsoft FAT specification).

import { alignUp } from '../../bytes/index.js';
import type { Source } from '../../io/index.js';
import type { Recognition } from '../../tree/index.js';
import { bootSector16, bootSector32 } from './boot-sector.js';
import { ENTRY_SIZE } from './directory-entry.js';
import { rootLabel } from './read-label.js';
import { dosText } from './read-names.js';
import type { FatAreas, FatVolume } from './volume.js';

/** Bytes of a boot sector, for every sector size. */
const BOOT_SECTOR = 512;
const MOST_CLUSTERS_12 = 4084;
const MOST_CLUSTERS_16 = 65_524;
const BOOT_MARK = 0xaa55;
/** The text that formatters write for a volume without a label. */
const NO_LABEL = 'NO NAME';

/** The facts of a volume's boot sector, and how certain it is that there is a volume. */
export interface FoundVolume extends Recognition {
  readonly volume: FatVolume;
  readonly areas: FatAreas;
}

/** The FAT volume that starts at byte 0; undefined for any other bytes. */
export async function recogniseFat(image: Source): Promise<FatVolume | undefined> {
  return (await findVolume(image))?.volume;
}

/** As {@link recogniseFat}, with the evidence: it is `confirmed` if the table begins with the media descriptor. */
export async function findVolume(image: Source): Promise<FoundVolume | undefined> {
  if (image.size < BOOT_SECTOR) return undefined;
  const sector = new Uint8Array(BOOT_SECTOR);
  await image.read(0, sector);
  const head = readBootSector(sector);
  if (!head) return undefined;
  const { media, areas, ...volume } = head;
  const isConfirmed = await hasTable(image, areas.tableAt, media);
  const label = isConfirmed ? await rootLabel(image, volume, areas) : '';
  return { evidence: isConfirmed ? 'confirmed' : 'head', volume: { ...volume, label }, areas };
}

type Head = Omit<FatVolume, 'label'> & { readonly media: number; readonly areas: FatAreas };

function readBootSector(sector: Uint8Array): Head | undefined {
  const small = bootSector16.decode(sector);
  const large = bootSector32.decode(sector);
  const { sectorSize, sectorsPerCluster, reservedSectors, fats, rootEntries, media } = small;
  const isSector = isPowerOfTwo(sectorSize) && sectorSize >= 512 && sectorSize <= 4096;
  if (small.signature !== BOOT_MARK || !isSector || !isPowerOfTwo(sectorsPerCluster)) return undefined;
  if (reservedSectors === 0 || fats === 0 || media < 0xf0) return undefined;
  const fatSectors = small.fatSectors16 || large.fatSectors32;
  const sectors = small.sectors16 || small.sectors32;
  const rootAt = (reservedSectors + fats * fatSectors) * sectorSize;
  const dataAt = rootAt + alignUp(rootEntries * ENTRY_SIZE, sectorSize);
  const clusters = Math.floor((sectors - dataAt / sectorSize) / sectorsPerCluster);
  if (fatSectors === 0 || clusters <= 0) return undefined;
  const type = small.fatSectors16 === 0 ? 32 : clusters <= MOST_CLUSTERS_12 ? 12 : 16;
  if (type === 16 && clusters > MOST_CLUSTERS_16) return undefined;
  const { serial, label } = type === 32 ? large : small;
  const bootLabel = dosText(Uint8Array.from(label, (character) => character.charCodeAt(0))).trimEnd();
  return {
    type,
    bootLabel: bootLabel === NO_LABEL ? '' : bootLabel,
    serial,
    size: sectors * sectorSize,
    sectorSize,
    clusterSize: sectorSize * sectorsPerCluster,
    media,
    areas: {
      tableAt: reservedSectors * sectorSize,
      tableSize: fatSectors * sectorSize,
      root: type === 32 ? large.rootCluster : { at: rootAt, length: rootEntries * ENTRY_SIZE },
      dataAt,
    },
  };
}

/** Entry 0 of the table repeats the media descriptor, and its other bits are ones; some systems keep marks in the highest. */
async function hasTable(image: Source, at: number, media: number): Promise<boolean> {
  if (at + 3 > image.size) return false;
  const first = new Uint8Array(3);
  await image.read(at, first);
  return first[0] === media && first[1] === 0xff && first[2] === 0xff;
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
