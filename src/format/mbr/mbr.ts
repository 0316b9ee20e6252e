// Master boot record: boot code, disk signature, four partition entries (UEFI 2.11 §5.2.1), and GRUB's address patch.

import { bytes, type Field, reserved, struct, u8, u16le, u32le, u64le, type Value } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';

/** Bytes of a sector here; an MBR lies in the first. */
export const SECTOR = 512;
const CODE_ROOM = 440;
const GRUB_SECTOR_AT = 0x1b0;
const HEADS = 64;
const SECTORS_PER_HEAD = 32;
const LAST_CYLINDER = 1023;
const MAX_SECTORS = 0xffff_ffff;

/** Partition types in use here. */
export const MBR_TYPE = { empty: 0x00, linux: 0x83, isoData: 0xcd, protective: 0xee, efi: 0xef } as const;

/** Cylinder, head and sector as the three bytes hold them; sectors count from 1. */
export interface Chs {
  readonly cylinder: number;
  readonly head: number;
  readonly sector: number;
}

function chs(at: number): Field<Chs> {
  return {
    at,
    length: 3,
    read: (view, base) => {
      const packed = view.getUint8(base + at + 1);
      return {
        head: view.getUint8(base + at),
        sector: packed & 0x3f,
        cylinder: view.getUint8(base + at + 2) | ((packed & 0xc0) << 2),
      };
    },
    write: (view, base, { cylinder, head, sector }) => {
      view.setUint8(base + at, head);
      view.setUint8(base + at + 1, sector | ((cylinder >> 2) & 0xc0));
      view.setUint8(base + at + 2, cylinder & 0xff);
    },
  };
}

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
  partitions: bytes(446, 64),
  signature: u16le(510),
});
export type MasterBootRecord = Value<typeof masterBootRecord>;

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
  /** Sector that GRUB's code loads next, written at byte 0x1b0. */
  readonly grubSector?: number;
  /** At most four. */
  readonly partitions: readonly MbrPartition[];
}

/** Renders the 512 bytes. Throws {@link InvalidInputError} when a partition lies beyond 32-bit sectors. */
export function renderMbr({ code, diskSignature, grubSector, partitions }: MbrContent): Uint8Array {
  const codeArea = new Uint8Array(CODE_ROOM);
  codeArea.set(code.subarray(0, CODE_ROOM));
  if (grubSector !== undefined) grubAddress.encodeInto({ sector: grubSector }, codeArea, GRUB_SECTOR_AT);
  const table = new Uint8Array(64);
  for (const [i, partition] of partitions.entries()) table.set(renderPartition(partition), i * 16);
  return masterBootRecord.encode({ code: codeArea, diskSignature, partitions: table, signature: 0xaa55 });
}

const grubAddress = struct('GRUB boot sector address', 8, { sector: u64le(0) });

/** The type 0xee entry that keeps MBR tools off a GPT disk of `diskSectors` sectors. */
export function protectivePartition(diskSectors: number): MbrPartition {
  // A disk too large for the field is covered as far as the field reaches (UEFI 2.11 §5.2.3).
  return { active: false, type: MBR_TYPE.protective, start: 1, sectors: Math.min(diskSectors - 1, MAX_SECTORS) };
}

/** Entry that covers the MBR itself and is active: some BIOSes boot only from a disk that has one. */
export const FORCED_BOOTABLE: MbrPartition = { active: true, type: MBR_TYPE.empty, start: 0, sectors: 1 };

function renderPartition({ active, type, start, sectors }: MbrPartition): Uint8Array {
  const end = start + sectors - 1;
  if (end > MAX_SECTORS) {
    throw new InvalidInputError('mbr.too-large', 'A partition reaches beyond 2 TiB, which an MBR cannot express.', {
      hint: 'Choose the partition table "gpt".',
    });
  }
  const status = active ? 0x80 : 0;
  return partitionEntry.encode({ status, first: chsOf(start), type, last: chsOf(end), start, sectors });
}

/** The address of a sector in a geometry of 64 heads and 32 sectors; beyond 1024 cylinders the last address there is. */
export function chsOf(sector: number): Chs {
  const cylinder = Math.floor(sector / (HEADS * SECTORS_PER_HEAD));
  if (cylinder > LAST_CYLINDER) return { cylinder: LAST_CYLINDER, head: HEADS - 1, sector: SECTORS_PER_HEAD };
  return {
    cylinder,
    head: Math.floor(sector / SECTORS_PER_HEAD) % HEADS,
    sector: (sector % SECTORS_PER_HEAD) + 1,
  };
}
