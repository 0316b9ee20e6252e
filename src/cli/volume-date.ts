// `--volume-date modified=2026-01-31T12:00:00Z`: a date of the primary volume descriptor on the command line.

import { InvalidArgumentError } from 'commander';
import type { VolumeDates } from '../format/iso9660/index.js';
import { parseTime, TIME_HELP } from './times.js';

const NAMES: readonly (keyof VolumeDates)[] = ['created', 'modified', 'expires', 'effective'];

/** The value in `--help`. */
export const VOLUME_DATE_HELP =
  `a date of the volume: ${NAMES.join(', ')}=TIME (${TIME_HELP}); may be given again. ` +
  'Linux and GRUB use the modification date as a UUID';

/** Adds the date that `text` gives. Throws `InvalidArgumentError` for an invalid date. */
export function parseVolumeDate(text: string, before: Partial<VolumeDates> = {}): Partial<VolumeDates> {
  const [, name, time = ''] = /^([a-z]+)=(.+)$/.exec(text) ?? [];
  const known = NAMES.find((one) => one === name);
  if (!known) throw new InvalidArgumentError(`Give ${NAMES.join(', ')}=TIME.`);
  return { ...before, [known]: parseTime(time) };
}
