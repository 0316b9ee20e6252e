// Master boot record: boot code, disk signature, four partition entries (UEFI 2.11 §5.2.1), and the address of the boot image.

import { bytes, reserved, struct, u8, u16le, u32le, u64le, type Value } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { chs, chsOf, type Geometry } from './geometry.js';

/** Bytes of a sector here; an MBR is in the first. */
export const SECTOR = 512;
/** Bytes of boot code before the disk signature. */
export const CODE_ROOM = 440;
/** Offset at which the boot code of GRUB and ISOLINUX has the sector that it loads next. */
export const BOOT_SECTOR_AT = 0x1b0;
const MAX_SECTORS = 0xffff_ffff;
const ENTRIES = 4;
/** The last two bytes of the sector, as a little-endian number. */
export const BOOT_MARK = 0xaa55;
/** Offset of the partition table. */
export const MBR_TABLE_AT = 446;

/** Partition types in use here. `hiddenNtfs` is what isohybrid gives a disc, so that Windows leaves it alone. */
export const MBR_TYPE = {
  empty: 0x00,
  hiddenNtfs: 0x17,
  linux: 0x83,
  /** Open Firmware looks for ISO 9660 in it (CHRP). */
  chrp: 0x96,
  isoData: 0xcd,
  protective: 0xee,
  efi: 0xef,
} as const;

export const partitionEntry = struct('MBR partition entry', 16, {
  /** 0x80: active. */
  status: u8(0),
  first: chs(1),
  type: u8(4),
  last: chs(5),
  start: u32le(8),
  sectors: u32le(12),
});
export type PartitionEntry = Value<typeof partitionEntry>;

export const masterBootRecord = struct('master boot record', SECTOR, {
  code: bytes(0, CODE_ROOM),
  diskSignature: u32le(440),
  reserved444: reserved(444, 2),
  partitions: bytes(MBR_TABLE_AT, 64),
  signature: u16le(510),
});

/** Whether the last bytes of a sector say that it boots. */
export function hasBootMark(sector: Uint8Array): boolean {
  return masterBootRecord.decode(sector).signature === BOOT_MARK;
}

/**
 * The four entries of a table, used or not; undefined if the sector is not an MBR. A FAT boot sector has the same mark, but code in place
 * of the table: no entry has a status other than 0 and 0x80.
 */
export function mbrEntries(sector: Uint8Array): PartitionEntry[] | undefined {
  const { signature, partitions } = masterBootRecord.decode(sector);
  const entries = Array.from({ length: ENTRIES }, (_, i) => partitionEntry.decode(partitions, i * partitionEntry.size));
  const isTable = signature === BOOT_MARK && entries.every(({ status }) => (status & 0x7f) === 0);
  return isTable ? entries : undefined;
}

/** `0xef`: a partition type as facts and reports have it. */
export function mbrTypeName(type: number): string {
  return `0x${type.toString(16).padStart(2, '0')}`;
}

/** A partition as planned; sectors are of 512 bytes. */
export interface MbrPartition {
  readonly active: boolean;
  readonly type: number;
  readonly start: number;
  readonly sectors: number;
}

export interface MbrContent {
  /** Boot code; its first 440 bytes count. A whole boot sector may be given. */
  readonly code: Uint8Array;
  /** 32 bits at byte 440. */
  readonly diskSignature: number;
  /** Sector that the boot code of GRUB or ISOLINUX loads next, written at byte 0x1b0. */
  readonly bootSector?: number;
  /** At most four. */
  readonly partitions: readonly MbrPartition[];
  /** Geometry for the cylinder addresses of the partitions. Default 64 heads of 32 sectors. */
  readonly geometry?: Geometry;
}

/** Renders the 512 bytes. Throws {@link InvalidInputError} when a partition is beyond 32-bit sectors. */
export function renderMbr({ code, diskSignature, bootSector, partitions, geometry }: MbrContent): Uint8Array {
  const codeArea = new Uint8Array(CODE_ROOM);
  codeArea.set(code.subarray(0, CODE_ROOM));
  if (bootSector !== undefined) bootAddress.encodeInto({ sector: bootSector }, codeArea, BOOT_SECTOR_AT);
  const table = new Uint8Array(64);
  for (const [i, partition] of partitions.entries()) table.set(renderPartition(partition, geometry), i * 16);
  return masterBootRecord.encode({ code: codeArea, diskSignature, partitions: table, signature: BOOT_MARK });
}

const bootAddress = struct('address of the boot image', 8, { sector: u64le(0) });

/** The type 0xee entry that keeps MBR tools off a GPT disk of `diskSectors` sectors. */
export function protectivePartition(diskSectors: number): MbrPartition {
  // A disk too large for the field is covered as far as the field reaches (UEFI 2.11 §5.2.3).
  return { active: false, type: MBR_TYPE.protective, start: 1, sectors: Math.min(diskSectors - 1, MAX_SECTORS) };
}

/** Entry that covers the MBR itself and is active: some BIOSes boot only from a disk that has one. */
export const FORCED_BOOTABLE: MbrPartition = { active: true, type: MBR_TYPE.empty, start: 0, sectors: 1 };

function renderPartition({ active, type, start, sectors }: MbrPartition, geometry?: Geometry): Uint8Array {
  const end = start + sectors - 1;
  if (end > MAX_SECTORS) {
    throw new InvalidInputError('mbr.too-large', 'A partition reaches beyond 2 TiB, which an MBR cannot express.', {
      hint: 'Choose the partition table "gpt".',
    });
  }
  const status = active ? 0x80 : 0;
  const [first, last] = [chsOf(start, geometry), chsOf(end, geometry)];
  return partitionEntry.encode({ status, first, type, last, start, sectors });
}
