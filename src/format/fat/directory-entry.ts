// FAT directory entries of 32 bytes: short entries and the long-name entries before them.
// fatgen103 "FAT Directory Structure" and "Long Directory Entries".

import { bytes, type DosTime, struct, u8, u16le, u32le, type Value } from '../../bytes/index.js';

export const ENTRY_SIZE = 32;

export const ATTRIBUTE = { volumeLabel: 0x08, directory: 0x10, archive: 0x20, longName: 0x0f } as const;

/** The first byte of an entry that was deleted, and of the one after the last. */
export const DELETED = 0xe5;
export const END_OF_DIRECTORY = 0x00;

export const directoryEntry = struct('FAT directory entry', ENTRY_SIZE, {
  /** 8 + 3 characters, each part padded with blanks, without the dot. */
  name: bytes(0, 11),
  attributes: u8(11),
  /** 0x08: the base is lower case, 0x10: the extension is. */
  caseBits: u8(12),
  /** Units of 10 ms within two seconds. */
  createdFine: u8(13),
  createdTime: u16le(14),
  createdDate: u16le(16),
  accessedDate: u16le(18),
  clusterHigh: u16le(20),
  modifiedTime: u16le(22),
  modifiedDate: u16le(24),
  clusterLow: u16le(26),
  /** Bytes; 0 for directories. */
  size: u32le(28),
});

export const longNameEntry = struct('FAT long-name entry', ENTRY_SIZE, {
  /** Part number from 1; 0x40 marks the last part, which is stored first. */
  order: u8(0),
  units1: bytes(1, 10),
  attributes: u8(11),
  kind: u8(12),
  checksum: u8(13),
  units2: bytes(14, 12),
  cluster: u16le(26),
  units3: bytes(28, 4),
});

export type DirectoryEntry = Value<typeof directoryEntry>;
export type LongNameEntry = Value<typeof longNameEntry>;

/** UTF-16 units in one long-name entry. */
const UNITS = 13;
const LAST_PART = 0x40;

export interface ShortEntry {
  readonly name: Uint8Array;
  readonly attributes: number;
  readonly caseBits: number;
  readonly time: DosTime;
  /** First cluster; 0 for an empty file and for the root as parent. */
  readonly cluster: number;
  readonly size: number;
}

export function renderShortEntry(entry: ShortEntry): Uint8Array {
  const { name, attributes, caseBits, time, cluster, size } = entry;
  return directoryEntry.encode({
    name,
    attributes,
    caseBits,
    createdFine: time.fine,
    createdTime: time.time,
    createdDate: time.date,
    accessedDate: time.date,
    clusterHigh: cluster >>> 16,
    modifiedTime: time.time,
    modifiedDate: time.date,
    clusterLow: cluster & 0xffff,
    size,
  });
}

/** How many entries a long name takes before its short one. */
export function longNameEntries(longName: string): number {
  return Math.ceil(longName.length / UNITS);
}

/** The long-name entries in disk order. A checksum that does not match the short name would orphan them. */
export function renderLongName(longName: string, shortName: Uint8Array): Uint8Array {
  const parts = longNameEntries(longName);
  const units = new Uint8Array(parts * UNITS * 2).fill(0xff);
  const view = new DataView(units.buffer);
  for (let i = 0; i < longName.length; i++) view.setUint16(i * 2, longName.charCodeAt(i), true);
  // The terminating zero is left out when the name fills its last entry.
  if (longName.length < parts * UNITS) view.setUint16(longName.length * 2, 0, true);
  const entries = new Uint8Array(parts * ENTRY_SIZE);
  const checksum = shortNameChecksum(shortName);
  for (let part = parts; part >= 1; part--) {
    const from = (part - 1) * UNITS * 2;
    const entry: LongNameEntry = {
      order: part | (part === parts ? LAST_PART : 0),
      units1: units.subarray(from, from + 10),
      attributes: ATTRIBUTE.longName,
      kind: 0,
      checksum,
      units2: units.subarray(from + 10, from + 22),
      cluster: 0,
      units3: units.subarray(from + 22, from + 26),
    };
    longNameEntry.encodeInto(entry, entries, (parts - part) * ENTRY_SIZE);
  }
  return entries;
}

/** Rotate right, add: the 8-bit sum that ties a long name to its short one. */
export function shortNameChecksum(shortName: Uint8Array): number {
  let sum = 0;
  for (const byte of shortName) sum = (((sum & 1) << 7) + (sum >>> 1) + byte) & 0xff;
  return sum;
}
