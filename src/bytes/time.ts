// Points in time as files carry them: whole seconds since 1970 (may be negative) and nanoseconds within the second.

export interface Timestamp {
  /** Seconds since 1970-01-01T00:00:00Z, an integer, negative before. */
  readonly seconds: number;
  /** 0…999 999 999, always counted forward from `seconds`. */
  readonly nanoseconds: number;
}

export const EPOCH_ZERO: Timestamp = { seconds: 0, nanoseconds: 0 };

export function timestamp(seconds: number, nanoseconds = 0): Timestamp {
  return { seconds, nanoseconds };
}

/** From a count of nanoseconds since 1970, as `lstat` gives it. */
export function fromNanoseconds(total: bigint): Timestamp {
  let seconds = total / 1_000_000_000n;
  let rest = total % 1_000_000_000n;
  if (rest < 0n) {
    seconds -= 1n;
    rest += 1_000_000_000n;
  }
  return { seconds: Number(seconds), nanoseconds: Number(rest) };
}

export function compareTime(a: Timestamp, b: Timestamp): number {
  return a.seconds - b.seconds || a.nanoseconds - b.nanoseconds;
}

export interface CalendarTime {
  readonly year: number;
  /** 1…12 */
  readonly month: number;
  /** 1…31 */
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanoseconds: number;
}

/** UTC calendar fields; no time zone is ever consulted. */
export function calendar(time: Timestamp): CalendarTime {
  const date = new Date(time.seconds * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanoseconds: time.nanoseconds,
  };
}

/** Inverse of {@link calendar}. */
export function fromCalendar(c: CalendarTime): Timestamp {
  const milliseconds = Date.UTC(2000, c.month - 1, c.day, c.hour, c.minute, c.second);
  const date = new Date(milliseconds);
  // Date.UTC maps the years 0…99 to 1900…1999; setting the year afterwards does not.
  date.setUTCFullYear(c.year, c.month - 1, c.day);
  return { seconds: date.getTime() / 1000, nanoseconds: c.nanoseconds };
}
