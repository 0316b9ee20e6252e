// Times on the command line: seconds since 1970, or dates of ISO 8601.

import { InvalidArgumentError } from 'commander';
import { type Timestamp, timestamp } from '../bytes/index.js';

/** The text in `--help` for such values. */
export const TIME_HELP = 'SECONDS or @SECONDS since 1970, or a date: 2026-01-31, 2026-01-31T12:00:00Z';

const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d))?$/;

/** `1767225600`, `@1767225600`, `2026-01-01`, `2026-01-01T00:00:00+01:00`. A date without a time is its first second in UTC. */
export function parseTime(text: string): Timestamp {
  if (/^@?-?\d{1,12}$/.test(text)) return timestamp(Number(text.replace('@', '')));
  const milliseconds = DATE.test(text) ? Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw new InvalidArgumentError(`Give ${TIME_HELP}.`);
  const seconds = Math.floor(milliseconds / 1000);
  return timestamp(seconds, (milliseconds - seconds * 1000) * 1_000_000);
}

/** The same in whole seconds from `least` to `most`. */
export function parseSeconds(least: number, most: number): (text: string) => number {
  return (text) => {
    const { seconds } = parseTime(text);
    if (seconds < least || seconds > most) throw new InvalidArgumentError(`Give a time from @${least} to @${most}.`);
    return seconds;
  };
}

/** `2026-01-31 12:00:00`, in UTC; the number itself for a time that no calendar has. */
export function showTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime())
    ? `${seconds}`
    : date.toISOString().replace(/^\+0*/, '').replace('T', ' ').slice(0, 19);
}
