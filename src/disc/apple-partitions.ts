// Apple's partition map (Inside Macintosh: Devices, "SCSI Manager"), with which discs have HFS or HFS+ in addition to ISO 9660.

import { untilNul } from '../bytes/index.js';
import { bytesAt, type Source } from '../io/index.js';

const SECTOR_SIZES = [512, 2048];
/** A longer map is damage. */
const MOST_ENTRIES = 64;
const ENTRY = 512;
const MARK = 0x504d;
/** Of the map of drivers in sector 0. */
const DRIVER_MARK = 0x4552;

/** One entry of the map. */
export interface ApplePartition {
  /** From 1. */
  readonly number: number;
  /** `Apple_HFS` */
  readonly type: string;
  /** Bytes. */
  readonly at: number;
  readonly size: number;
  /** Bytes of a sector of the map. */
  readonly sector: number;
  /** Whether a map of drivers, which states the size of the device, is in front. */
  readonly hasDriverMap: boolean;
}

/** The entries of the map; none without a map. Never throws because of what the bytes are. */
export async function readApplePartitions(image: Source): Promise<ApplePartition[]> {
  const first = await bytesAt(image, 0, 2);
  const hasDriverMap = first !== undefined && first[0]! * 256 + first[1]! === DRIVER_MARK;
  for (const sector of SECTOR_SIZES) {
    const found: ApplePartition[] = [];
    for (let number = 1, count = 1; number <= Math.min(count, MOST_ENTRIES); number++) {
      const entry = await entryAt(image, number * sector);
      if (!entry) break;
      count = entry.getUint32(4);
      const [at, size] = [entry.getUint32(8) * sector, entry.getUint32(12) * sector];
      found.push({ number, type: textOf(entry, 48), at, size, sector, hasDriverMap });
    }
    if (found.length > 0) return found;
  }
  return [];
}

async function entryAt(image: Source, at: number): Promise<DataView | undefined> {
  const bytes = await bytesAt(image, at, ENTRY);
  if (!bytes) return undefined;
  const view = new DataView(bytes.buffer);
  return view.getUint16(0) === MARK ? view : undefined;
}

function textOf(entry: DataView, at: number): string {
  const bytes = new Uint8Array(entry.buffer, at, 32);
  return untilNul(String.fromCharCode(...bytes));
}
