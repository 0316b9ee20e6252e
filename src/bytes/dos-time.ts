// DOS times, of FAT and zip: a date and a time of 16 bits each, 1980…2107, two seconds apart, without a zone. fatgen103 "Date and Time
// Formats". Written and read in UTC: the one choice that does not depend on where the image is made.

import { calendar, fromCalendar, type Timestamp } from './time.js';

/** A time as directory entries store it. */
export interface DosTime {
  /** Year - 1980, month, day in 7, 4, 5 bits. */
  readonly date: number;
  /** Hour, minute, two-second step in 5, 6, 5 bits. */
  readonly time: number;
  /** Hundredths beyond `time`, 0…199; only creation times have room for them. */
  readonly fine: number;
}

const FIRST: Timestamp = { seconds: Date.UTC(1980, 0, 1) / 1000, nanoseconds: 0 };
const LAST: Timestamp = { seconds: Date.UTC(2107, 11, 31, 23, 59, 59) / 1000, nanoseconds: 999_999_999 };

/** Whether FAT can express the second at all. */
export function isDosTime(time: Timestamp): boolean {
  return time.seconds >= FIRST.seconds && time.seconds <= LAST.seconds;
}

/** Whether it can express it without rounding. */
export function isWholeStep(time: Timestamp): boolean {
  return time.nanoseconds === 0 && time.seconds % 2 === 0;
}

/** Rounds down to the step; times outside the range become the nearest one in range. */
export function dosTime(time: Timestamp): DosTime {
  const c = calendar(time.seconds < FIRST.seconds ? FIRST : time.seconds > LAST.seconds ? LAST : time);
  return {
    date: ((c.year - 1980) << 9) | (c.month << 5) | c.day,
    time: (c.hour << 11) | (c.minute << 5) | (c.second >> 1),
    fine: (c.second % 2) * 100 + Math.floor(c.nanoseconds / 10_000_000),
  };
}

/** The time from date and time of an entry; 1980 if they are missing or invalid. */
export function timestampOfDos(date: number, time: number): Timestamp {
  const [month, day] = [(date >>> 5) & 0xf, date & 0x1f];
  if (month < 1 || month > 12 || day < 1) return FIRST;
  return fromCalendar({
    year: 1980 + (date >>> 9),
    month,
    day,
    hour: time >>> 11,
    minute: (time >>> 5) & 0x3f,
    second: (time & 0x1f) * 2,
    nanoseconds: 0,
  });
}
