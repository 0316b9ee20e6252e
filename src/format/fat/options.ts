// Options of the FAT writer: the only place of their defaults and of their validation.

import type { Timestamp } from '../../bytes/index.js';
import { UsageError } from '../../errors.js';
import { deriveBytes } from '../../io/index.js';
import type { FatType } from './allocation-table.js';
import { MEDIA_FIXED } from './boot-sector.js';

/** Options of a FAT image. */
export interface FatOptions {
  /** Bytes of the image, a multiple of the sector size; `auto` (default): as much as the tree needs, and `slack`. */
  readonly size?: number | 'auto';
  /** Bytes kept free in an image of automatic size. Default 0. */
  readonly slack?: number;
  /** Default `auto`: FAT12 or FAT16 by cluster count below 512 MiB, FAT32 from there on. */
  readonly type?: 'auto' | FatType;
  /** At most 11 characters, stored in capitals; default none. */
  readonly label?: string;
  /** Volume serial, 32 bits; default derived from the seed. */
  readonly serial?: number;
  /** Source of the serial number. */
  readonly seed: string;
  /** Time of the label entry and of directories that exist only to hold others. */
  readonly epoch: Timestamp;
  /** 512 (default), 1024, 2048 or 4096 bytes. */
  readonly sectorSize?: number;
  /** Bytes, a power of two from the sector size up to 32 KiB; default by size and type. */
  readonly clusterSize?: number;
  /** Sectors before the volume on its disk: the start of its partition. Default 0. */
  readonly hiddenSectors?: number;
  /** Minimum number of reserved sectors; more if alignment needs them. Default 1, FAT32 32. */
  readonly reservedSectors?: number;
  /** Copies of the allocation table. Default 2; some readers accept no other number. */
  readonly tables?: 1 | 2;
  /** Minimum number of entries in the root directory of FAT12 and FAT16; more if the tree needs them. Default 512. */
  readonly rootEntries?: number;
  /** Media descriptor: 0xf0, or 0xf8…0xff. Default 0xf8, a fixed disk. */
  readonly media?: number;
  /** Drive number of the BIOS. Default 0x80, the first disk. */
  readonly drive?: number;
  /** Heads and sectors per track of the disk. Default 64 and 32, above 1 GiB 255 and 63. */
  readonly heads?: number;
  readonly sectorsPerTrack?: number;
  /** Start the data on a multiple of 4 KiB and of the cluster size. Default true. */
  readonly aligned?: boolean;
}

export interface ResolvedFatOptions {
  readonly size: number | 'auto';
  readonly slack: number;
  readonly type: 'auto' | FatType;
  readonly label: string;
  readonly serial: number;
  readonly epoch: Timestamp;
  readonly sectorSize: number;
  readonly clusterSize: number | 'auto';
  readonly hiddenSectors: number;
  readonly reservedSectors: number | 'auto';
  readonly tables: 1 | 2;
  readonly rootEntries: number;
  readonly media: number;
  readonly drive: number;
  readonly heads: number | 'auto';
  readonly sectorsPerTrack: number | 'auto';
  readonly aligned: boolean;
}

/** Beyond 32 KiB per cluster old readers fail; the specification forbids it. */
export const MAX_CLUSTER_SIZE = 32 * 1024;

const FIXED_ROOT_ENTRIES = 512;
export const MAX_FIXED_ROOT_ENTRIES = 65_520;
const FIRST_DISK = 0x80;
const MAX_LABEL = 11;
// The characters of a short name and the blank; the specification gives labels no others.
const LABEL = /^[A-Z0-9!#$%&'()@^_`{}~ -]*$/;

/** Checks the options and fills in the defaults. Throws {@link UsageError}. */
export function resolveFatOptions(options: FatOptions): ResolvedFatOptions {
  const sectorSize = options.sectorSize ?? 512;
  if (![512, 1024, 2048, 4096].includes(sectorSize)) {
    throw refused(
      'sector-size',
      'sectorSize',
      `Sectors of ${sectorSize} bytes do not exist.`,
      'Use 512, 1024, 2048 or 4096.',
    );
  }
  return {
    size: checkedSize(options.size ?? 'auto', sectorSize),
    slack: checkedCount('slack', options.slack ?? 0, Number.MAX_SAFE_INTEGER),
    type: options.type ?? 'auto',
    label: checkedLabel(options.label ?? ''),
    serial: checkedCount('serial', options.serial ?? derivedSerial(options.seed), 0xffff_ffff),
    epoch: options.epoch,
    sectorSize,
    clusterSize: checkedClusterSize(options.clusterSize, sectorSize),
    hiddenSectors: checkedCount('hiddenSectors', options.hiddenSectors ?? 0, 0xffff_ffff),
    ...resolveHeader(options),
  };
}

/** Fields of the boot sector other than the layout, and minimum sizes of the areas before the data. */
function resolveHeader(options: FatOptions) {
  const word = (name: 'reservedSectors' | 'heads' | 'sectorsPerTrack'): number | 'auto' => {
    const value = options[name];
    return value === undefined ? 'auto' : checkedCount(name, value, 0xffff, 1);
  };
  const media = checkedCount('media', options.media ?? MEDIA_FIXED, 0xff, 0xf0);
  if (media > 0xf0 && media < 0xf8) {
    throw refused('media', 'media', `0x${media.toString(16)} is not a media descriptor.`, 'Use 0xf0, or 0xf8 to 0xff.');
  }
  return {
    reservedSectors: word('reservedSectors'),
    tables: checkedCount('tables', options.tables ?? 2, 2, 1) as 1 | 2,
    rootEntries: checkedCount('rootEntries', options.rootEntries ?? FIXED_ROOT_ENTRIES, MAX_FIXED_ROOT_ENTRIES, 1),
    media,
    drive: checkedCount('drive', options.drive ?? FIRST_DISK, 0xff),
    heads: word('heads'),
    sectorsPerTrack: word('sectorsPerTrack'),
    aligned: options.aligned ?? true,
  };
}

function checkedSize(size: number | 'auto', sectorSize: number): number | 'auto' {
  if (size === 'auto') return size;
  if (!Number.isSafeInteger(size) || size <= 0 || size % sectorSize !== 0) {
    throw refused(
      'size',
      'size',
      `A FAT image of ${size} bytes is not a whole number of sectors.`,
      `Use a multiple of ${sectorSize}.`,
    );
  }
  return size;
}

function checkedClusterSize(size: number | undefined, sectorSize: number): number | 'auto' {
  if (size === undefined) return 'auto';
  const powerOfTwo = Number.isSafeInteger(size) && size > 0 && Number.isInteger(Math.log2(size));
  if (!powerOfTwo || size < sectorSize || size > MAX_CLUSTER_SIZE) {
    const hint = `Use a power of two from ${sectorSize} to ${MAX_CLUSTER_SIZE}.`;
    throw refused('cluster-size', 'clusterSize', `Clusters of ${size} bytes are not possible.`, hint);
  }
  return size;
}

function checkedCount(what: string, value: number, max: number, min = 0): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw refused('number', what, `${value} is not a usable ${what}.`, `Use a whole number from ${min} to ${max}.`);
}

function checkedLabel(label: string): string {
  const upper = label.toUpperCase().trimEnd();
  if (upper.length <= MAX_LABEL && LABEL.test(upper) && !upper.startsWith(' ')) return upper;
  const hint = `Use up to ${MAX_LABEL} letters, digits, blanks and signs of !#$%&'()@^_\`{}~-.`;
  throw refused('label', 'label', `"${label}" cannot be the label of a FAT volume.`, hint);
}

function derivedSerial(seed: string): number {
  const bytes = deriveBytes(seed, 'fat serial');
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function refused(code: string, option: string, message: string, hint: string): UsageError {
  return new UsageError(`fat.${code}`, message, { option, hint });
}
