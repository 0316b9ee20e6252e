// GUID partition table (UEFI 2.11 §5.3): header and entry array, once at the front and once at the end of the disk.

import {
  bytes,
  crc32,
  type Field,
  guidBytes,
  guidText,
  reserved,
  struct,
  type Uuid,
  u32le,
  u64le,
  type Value,
} from '../../bytes/index.js';

/** Bytes of a sector here. */
export const SECTOR = 512;
const ENTRY = 128;
const HEADER = 92;
const REVISION = 0x0001_0000;
/** "EFI PART" */
export const GPT_SIGNATURE = Uint8Array.of(0x45, 0x46, 0x49, 0x20, 0x50, 0x41, 0x52, 0x54);

/** Partition types in use here. */
export const GPT_TYPE = {
  basicData: 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7',
  efiSystem: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
} as const;

/** "Required" and, for basic data, "read-only", as the two halves of the 64 bits. */
export const REQUIRED_READ_ONLY: Attributes64 = { low: 0x0000_0001, high: 0x1000_0000 };
export const NO_ATTRIBUTES: Attributes64 = { low: 0, high: 0 };

export interface Attributes64 {
  readonly low: number;
  readonly high: number;
}

function guid(at: number): Field<Uuid> {
  const raw = bytes(at, 16);
  return {
    at,
    length: 16,
    read: (view, base) => guidText(raw.read(view, base)),
    write: (view, base, value) => raw.write(view, base, guidBytes(value)),
  };
}

export const gptHeader = struct('GPT header', HEADER, {
  signature: bytes(0, 8),
  revision: u32le(8),
  headerSize: u32le(12),
  headerCrc: u32le(16),
  reserved20: reserved(20, 4),
  own: u64le(24),
  other: u64le(32),
  firstUsable: u64le(40),
  lastUsable: u64le(48),
  diskGuid: guid(56),
  entries: u64le(72),
  entryCount: u32le(80),
  entrySize: u32le(84),
  entriesCrc: u32le(88),
});
export type GptHeader = Value<typeof gptHeader>;

export const gptEntry = struct('GPT entry', ENTRY, {
  type: guid(0),
  id: guid(16),
  first: u64le(32),
  /** Inclusive. */
  last: u64le(40),
  attributesLow: u32le(48),
  attributesHigh: u32le(52),
  /** UTF-16 little-endian, zero-filled. */
  name: bytes(56, 72),
});

/** A partition as planned; sectors are of 512 bytes. */
export interface GptPartition {
  readonly type: Uuid;
  readonly id: Uuid;
  readonly start: number;
  readonly sectors: number;
  readonly attributes: Attributes64;
  /** At most 36 UTF-16 units. */
  readonly name: string;
}

export interface GptDisk {
  readonly guid: Uuid;
  /** Sectors of the whole disk. */
  readonly sectors: number;
  /** How many entries the array has room for; a multiple of four. */
  readonly entryCount: number;
  readonly partitions: readonly GptPartition[];
}

/** Sectors of one entry array. */
export function entryArraySectors(entryCount: number): number {
  return (entryCount * ENTRY) / SECTOR;
}

/** First sector that partitions may use: after MBR, header and array. */
export function firstUsableSector(entryCount: number): number {
  return 2 + entryArraySectors(entryCount);
}

/** Header and array from sector 1 on. */
export function renderPrimaryGpt(disk: GptDisk): Uint8Array {
  const array = renderEntries(disk);
  const table = new Uint8Array(SECTOR + array.length);
  table.set(renderHeader(disk, array, { own: 1, other: disk.sectors - 1, entries: 2 }), 0);
  table.set(array, SECTOR);
  return table;
}

/** Array and header at the end of the disk: the header in the very last sector. */
export function renderBackupGpt(disk: GptDisk): Uint8Array {
  const array = renderEntries(disk);
  const table = new Uint8Array(array.length + SECTOR);
  const own = disk.sectors - 1;
  table.set(array, 0);
  table.set(renderHeader(disk, array, { own, other: 1, entries: own - array.length / SECTOR }), array.length);
  return table;
}

function renderHeader(
  disk: GptDisk,
  array: Uint8Array,
  where: { own: number; other: number; entries: number },
): Uint8Array {
  const header = {
    signature: GPT_SIGNATURE,
    revision: REVISION,
    headerSize: HEADER,
    headerCrc: 0,
    ...where,
    firstUsable: firstUsableSector(disk.entryCount),
    lastUsable: disk.sectors - 2 - array.length / SECTOR,
    diskGuid: disk.guid,
    entryCount: disk.entryCount,
    entrySize: ENTRY,
    entriesCrc: crc32(array),
  };
  return gptHeader.encode({ ...header, headerCrc: crc32(gptHeader.encode(header)) });
}

function renderEntries({ entryCount, partitions }: GptDisk): Uint8Array {
  const array = new Uint8Array(entryCount * ENTRY);
  for (const [i, partition] of partitions.entries()) {
    const entry = {
      type: partition.type,
      id: partition.id,
      first: partition.start,
      last: partition.start + partition.sectors - 1,
      attributesLow: partition.attributes.low,
      attributesHigh: partition.attributes.high,
      name: utf16(partition.name),
    };
    gptEntry.encodeInto(entry, array, i * ENTRY);
  }
  return array;
}

function utf16(text: string): Uint8Array {
  const field = new Uint8Array(72);
  const view = new DataView(field.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i), true);
  return field;
}
