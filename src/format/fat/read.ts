// Recognising a FAT volume: its boot sector, and the type that its number of clusters decides (Microsoft FAT specification).

import { toText } from '../../bytes/index.js';
import { bootSector16, bootSector32 } from './boot-sector.js';

const MOST_CLUSTERS_12 = 4084;
const MOST_CLUSTERS_16 = 65_524;
const BOOT_MARK = 0xaa55;

export interface FatVolume {
  readonly type: 12 | 16 | 32;
  readonly label: string;
  /** 32 bits. */
  readonly serial: number;
  /** Bytes. */
  readonly size: number;
  readonly sectorSize: number;
  /** Bytes. */
  readonly clusterSize: number;
}

/** What the first 512 bytes of a volume say; undefined unless they are a FAT boot sector. */
export function recogniseFat(sector: Uint8Array): FatVolume | undefined {
  const small = bootSector16.decode(sector);
  const { sectorSize, sectorsPerCluster, reservedSectors, fats, rootEntries, media } = small;
  const isPowerOfTwo = (value: number) => value > 0 && (value & (value - 1)) === 0;
  const plausible =
    isPowerOfTwo(sectorSize) && sectorSize >= 512 && sectorSize <= 4096 && isPowerOfTwo(sectorsPerCluster);
  if (small.signature !== BOOT_MARK || !plausible || reservedSectors === 0 || fats === 0 || media < 0xf0)
    return undefined;
  const large = bootSector32.decode(sector);
  const fatSectors = small.fatSectors16 || large.fatSectors32;
  const sectors = small.sectors16 || small.sectors32;
  const rootSectors = Math.ceil((rootEntries * 32) / sectorSize);
  const clusters = Math.floor((sectors - reservedSectors - fats * fatSectors - rootSectors) / sectorsPerCluster);
  if (clusters <= 0) return undefined;
  const type = small.fatSectors16 === 0 ? 32 : clusters <= MOST_CLUSTERS_12 ? 12 : 16;
  if (type === 16 && clusters > MOST_CLUSTERS_16) return undefined;
  const { serial, label } = type === 32 ? large : small;
  return {
    type,
    label: (toText(label) ?? '').trimEnd(),
    serial,
    size: sectors * sectorSize,
    sectorSize,
    clusterSize: sectorSize * sectorsPerCluster,
  };
}
