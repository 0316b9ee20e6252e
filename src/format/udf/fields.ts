// Fields that many UDF descriptors share: timestamps (ECMA-167 1/7.3), entity identifiers (1/7.4), addresses (3/7.1, 4/7.1).

import { calendar, type Field, fromCalendar, type Timestamp, timestamp, untilNul } from '../../bytes/index.js';

/** Seconds at 0001-01-01T00:00:00Z, the first moment a timestamp can name. */
export const EARLIEST = -62_135_596_800;
/** Seconds at 9999-12-31T23:59:59Z, the last one. */
export const LATEST = 253_402_300_799;

const LOCAL_TIME = 1;
const NO_ZONE = -2047;

/** Twelve bytes down to the microsecond, always written as UTC. */
export function stamp(at: number): Field<Timestamp> {
  return {
    at,
    length: 12,
    read: (view, base) => {
      const p = base + at;
      const zone = (view.getUint16(p, true) << 20) >> 20;
      const parts = [9, 10, 11].map((offset) => view.getUint8(p + offset)) as [number, number, number];
      // Some writers leave other numbers than 0 to 99 there. As Linux does, they count as nothing.
      const [centis, hundreds, single] = parts.every((part) => part < 100) ? parts : [0, 0, 0];
      const micros = centis * 10_000 + hundreds * 100 + single;
      const local = fromCalendar({
        year: view.getInt16(p + 2, true),
        month: view.getUint8(p + 4),
        day: view.getUint8(p + 5),
        hour: view.getUint8(p + 6),
        minute: view.getUint8(p + 7),
        second: view.getUint8(p + 8),
        nanoseconds: micros * 1000,
      });
      return timestamp(local.seconds - (zone === NO_ZONE ? 0 : zone * 60), local.nanoseconds);
    },
    write: (view, base, value) => writeStamp(view, base + at, value),
  };
}

function writeStamp(view: DataView, at: number, time: Timestamp): void {
  const seconds = Math.min(Math.max(time.seconds, EARLIEST), LATEST);
  const c = calendar(timestamp(seconds, time.nanoseconds));
  const micros = Math.floor(c.nanoseconds / 1000);
  view.setUint16(at, LOCAL_TIME << 12, true);
  view.setInt16(at + 2, c.year, true);
  const rest = [c.month, c.day, c.hour, c.minute, c.second, Math.floor(micros / 10_000)];
  rest.push(Math.floor(micros / 100) % 100, micros % 100);
  for (const [i, value] of rest.entries()) view.setUint8(at + 4 + i, value);
}

/** The owner of a descriptor: an ASCII identifier and eight bytes whose meaning depends on it. */
export interface EntityId {
  readonly id: string;
  readonly suffix: readonly number[];
}

export function entityId(at: number): Field<EntityId> {
  return {
    at,
    length: 32,
    read: (view, base) => {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + base + at, 32);
      const text = String.fromCharCode(...bytes.subarray(1, 24));
      return { id: untilNul(text), suffix: [...bytes.subarray(24, 32)] };
    },
    write: (view, base, { id, suffix }) => {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + base + at, 32).fill(0);
      for (let i = 0; i < Math.min(id.length, 23); i++) bytes[1 + i] = id.charCodeAt(i);
      bytes.set(suffix.slice(0, 8), 24);
    },
  };
}

/** A run of sectors of the volume: length in bytes, first block. */
export interface VolumeExtent {
  readonly length: number;
  readonly block: number;
}

export function extentAd(at: number): Field<VolumeExtent> {
  return {
    at,
    length: 8,
    read: (view, base) => ({ length: view.getUint32(base + at, true), block: view.getUint32(base + at + 4, true) }),
    write: (view, base, { length, block }) => {
      view.setUint32(base + at, length, true);
      view.setUint32(base + at + 4, block, true);
    },
  };
}

/** A place in a partition; `uniqueId` is the low half of the identity of what it points at (UDF 2.3.4.3, from 2.00 on). */
export interface LongAddress {
  /** Bytes, with the kind of extent in the two highest bits. */
  readonly length: number;
  readonly block: number;
  /** Index of the partition map. */
  readonly partition: number;
  readonly uniqueId: number;
}

export function longAd(at: number): Field<LongAddress> {
  return {
    at,
    length: 16,
    read: (view, base) => ({
      length: view.getUint32(base + at, true),
      block: view.getUint32(base + at + 4, true),
      partition: view.getUint16(base + at + 8, true),
      uniqueId: view.getUint32(base + at + 12, true),
    }),
    write: (view, base, { length, block, partition, uniqueId }) => {
      view.setUint32(base + at, length, true);
      view.setUint32(base + at + 4, block, true);
      view.setUint16(base + at + 8, partition, true);
      view.setUint16(base + at + 10, 0, true);
      view.setUint32(base + at + 12, uniqueId, true);
    },
  };
}

/** The address that points nowhere. */
export const NOWHERE: LongAddress = { length: 0, block: 0, partition: 0, uniqueId: 0 };
