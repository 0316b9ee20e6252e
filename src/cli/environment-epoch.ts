// SOURCE_DATE_EPOCH of reproducible builds.

import { InvalidInputError } from '../errors.js';

/** SOURCE_DATE_EPOCH, if set. */
export function environmentEpoch(): number | undefined {
  const text = process.env['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,11}$/.test(text)) return Number(text);
  throw new InvalidInputError('cli.source-date-epoch', `SOURCE_DATE_EPOCH is "${text}", not a number of seconds.`);
}
