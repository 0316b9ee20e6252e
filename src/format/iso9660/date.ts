// Dates of ISO 9660: 17 characters in volume descriptors (ECMA-119 §8.4.26.1), 7 bytes in directory records (§9.1.5).
// Always UTC, offset 0: the same bytes in every time zone.

import { calendar, type Field, fromCalendar, type Timestamp, timestamp } from '../../bytes/index.js';

const DIGITS = 16;
/** Seconds at 1900-01-01T00:00:00Z, the first moment a directory record can hold. */
export const EARLIEST = -2_208_988_800;
/** Seconds at 2155-12-31T23:59:59Z, the last one. */
export const LATEST = 5_869_583_999;

/** Whole seconds within what a directory record can hold. */
export function recordedTime(time: Timestamp): Timestamp {
  return timestamp(Math.min(Math.max(time.seconds, EARLIEST), LATEST));
}

/** The 17-byte form with hundredths of a second; `undefined` is "not specified", sixteen digits zero. */
export function longDate(at: number): Field<Timestamp | undefined> {
  return {
    at,
    length: 17,
    read: (view, base) => {
      let text = '';
      for (let i = 0; i < DIGITS; i++) text += String.fromCharCode(view.getUint8(base + at + i));
      if (!/^\d{16}$/.test(text) || /^0+$/.test(text)) return undefined;
      const part = (from: number, to: number) => Number(text.slice(from, to));
      const local = fromCalendar({
        year: part(0, 4),
        month: part(4, 6),
        day: part(6, 8),
        hour: part(8, 10),
        minute: part(10, 12),
        second: part(12, 14),
        nanoseconds: part(14, 16) * 10_000_000,
      });
      return timestamp(local.seconds - view.getInt8(base + at + DIGITS) * 900, local.nanoseconds);
    },
    write: (view, base, value) => {
      const text = value ? digitsOf(value) : '0'.repeat(DIGITS);
      for (let i = 0; i < DIGITS; i++) view.setUint8(base + at + i, text.charCodeAt(i));
      view.setUint8(base + at + DIGITS, 0);
    },
  };
}

function digitsOf(time: Timestamp): string {
  const c = calendar(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const hundredths = Math.floor(c.nanoseconds / 10_000_000);
  return `${String(c.year).padStart(4, '0')}${[c.month, c.day, c.hour, c.minute, c.second, hundredths].map(two).join('')}`;
}

/** The 7-byte form: year − 1900, month, day, hour, minute, second, offset in quarter hours. */
export function shortDate(at: number): Field<Timestamp> {
  return {
    at,
    length: 7,
    read: (view, base) => {
      const byte = (index: number) => view.getUint8(base + at + index);
      const local = fromCalendar({
        year: 1900 + byte(0),
        month: byte(1),
        day: byte(2),
        hour: byte(3),
        minute: byte(4),
        second: byte(5),
        nanoseconds: 0,
      });
      return timestamp(local.seconds - view.getInt8(base + at + 6) * 900);
    },
    write: (view, base, value) => writeShortDate(view, base + at, value),
  };
}

/** Writes the 7-byte form at byte `at` of `view`. */
export function writeShortDate(view: DataView, at: number, time: Timestamp): void {
  if (time.seconds !== latest.seconds) {
    const c = calendar(recordedTime(time));
    latest.seconds = time.seconds;
    latest.high = (((c.year - 1900) << 24) | (c.month << 16) | (c.day << 8) | c.hour) >>> 0;
    latest.low = (c.minute << 8) | c.second;
  }
  view.setUint32(at, latest.high);
  view.setUint16(at + 4, latest.low);
  view.setUint8(at + 6, 0);
}

/** The date that was written last: the files of a tree tend to share theirs, and each is written several times. */
const latest = { seconds: Number.NaN, high: 0, low: 0 };
