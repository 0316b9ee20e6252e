// Points in time as files carry them: whole seconds since 1970 (may be negative) and nanoseconds within the second.

/** A moment since 1970-01-01 00:00 UTC. */
export interface Timestamp {
  /** Seconds since 1970-01-01T00:00:00Z, an integer, negative before. */
  readonly seconds: number;
  /** 0…999 999 999, always counted forward from `seconds`. */
  readonly nanoseconds: number;
}

export const EPOCH_ZERO: Timestamp = { seconds: 0, nanoseconds: 0 };

/** The moment `seconds` and `nanoseconds` after 1970-01-01 00:00 UTC. */
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

const SECONDS_A_DAY = 86_400;
const DAYS_IN_ERA = 146_097;
/** Days from the first of March of the year 0 to 1970. */
const DAYS_TO_1970 = 719_468;
/** From March on, every five months have 153 days: 31, 30, 31, 30, 31. */
const DAYS_IN_FIVE_MONTHS = 153;

/**
 * UTC calendar fields; no time zone is used. Internally years start in March, so that the leap day is the last one, and
 * repeat in eras of 400: much faster than `Date`, which would be called three times for every entry of an image.
 */
export function calendar({ seconds, nanoseconds }: Timestamp): CalendarTime {
  const days = Math.floor(seconds / SECONDS_A_DAY);
  const ofDay = seconds - days * SECONDS_A_DAY;
  const era = Math.floor((days + DAYS_TO_1970) / DAYS_IN_ERA);
  const ofEra = days + DAYS_TO_1970 - era * DAYS_IN_ERA;
  const yearOfEra = Math.floor(
    (ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / (DAYS_IN_ERA - 1))) / 365,
  );
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * ofYear + 2) / DAYS_IN_FIVE_MONTHS);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: era * 400 + yearOfEra + (month <= 2 ? 1 : 0),
    month,
    day: ofYear - Math.floor((DAYS_IN_FIVE_MONTHS * monthFromMarch + 2) / 5) + 1,
    hour: Math.floor(ofDay / 3600),
    minute: Math.floor(ofDay / 60) % 60,
    second: ofDay % 60,
    nanoseconds,
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
