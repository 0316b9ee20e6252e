// Levels within their scales.

import { UsageError } from '../errors.js';
import type { LevelScale } from './codec.js';

/**
 * The level to take: the one asked for, or the default. 0 without a scale. Throws {@link UsageError} for any other;
 * `option` is the one that asked.
 */
export function levelOf(
  name: string,
  asked: number | undefined,
  scale: LevelScale | undefined,
  option = 'level',
): number {
  if (!scale) {
    if (asked !== undefined) throw noSuchLevel(name, asked, 'It has no levels.', option);
    return 0;
  }
  const { least, most, usual } = scale;
  const level = asked ?? usual;
  // zstd takes 0 for its default, under which a layout would not say what was done.
  const exists = Number.isInteger(level) && level >= least && level <= most && (level !== 0 || least === 0);
  if (exists) return level;
  throw noSuchLevel(name, level, `Choose ${least} to ${most}${least < 0 ? ', but not 0' : ''}.`, option);
}

/** The error of a level that is not there. */
export function noSuchLevel(name: string, level: number, hint: string, option = 'level'): UsageError {
  return new UsageError('compress.level', `${level} is not a level of ${name}.`, { option, hint });
}
