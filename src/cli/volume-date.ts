// `--volume-date modified=2026-01-31T12:00:00Z`: a date of the primary volume descriptor on the command line.

import { InvalidArgumentError } from 'commander';
import { type Timestamp, timestamp } from '../bytes/index.js';
import type { VolumeDates } from '../format/iso9660/index.js';

const NAMES: readonly (keyof VolumeDates)[] = ['created', 'modified', 'expires', 'effective'];

/** What `--help` says of the value. */
export const VOLUME_DATE_HELP =
  `a date of the volume: ${NAMES.join(', ')}=TIME, in seconds since 1970 or as 2026-01-31T12:00:00Z; may be given again. ` +
  'The modification date is what Linux and GRUB take for a UUID';

/** Adds the date that `text` gives. Throws `InvalidArgumentError` for what is none. */
export function parseVolumeDate(text: string, before: Partial<VolumeDates> = {}): Partial<VolumeDates> {
  const [, name, time = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  const known = NAMES.find((one) => one === name);
  if (!known) throw new InvalidArgumentError(`Give ${NAMES.join(', ')}=TIME.`);
  return { ...before, [known]: timeOf(time) };
}

function timeOf(text: string): Timestamp {
  if (/^-?\d{1,12}$/.test(text)) return timestamp(Number(text));
  const isComplete = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(text);
  const milliseconds = isComplete ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds)) throw new InvalidArgumentError(`"${text}" is no time such as 2026-01-31T12:00:00Z.`);
  const seconds = Math.floor(milliseconds / 1000);
  return timestamp(seconds, (milliseconds - seconds * 1000) * 1_000_000);
}
