// The option --cache of commands that compress.

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CachePlace } from '../cache/index.js';

/** Parsed value of the option. */
export interface CacheOptions {
  readonly cache: readonly CachePlace[];
}

/** The end of a place that is only read. */
const READ_ONLY = ':ro';

/** Adds `--cache`; `kept` is what is kept there. */
export function addCacheOption(command: Command, kept: string): Command {
  return command.addOption(
    new Option(
      '--cache <place>',
      `directory or http address that keeps ${kept}; may be given again, and :ro at its end marks one that is only read`,
    )
      .argParser((text, list: readonly CachePlace[]) => [...list, parsePlace(text)])
      .default([], 'none'),
  );
}

function parsePlace(text: string): CachePlace {
  const readOnly = text.endsWith(READ_ONLY);
  const place = readOnly ? text.slice(0, -READ_ONLY.length) : text;
  if (place === '') throw new InvalidArgumentError('Give a directory or an address.');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(place)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') {
    throw new InvalidArgumentError(
      `${scheme} is not an address of a cache. Give a directory, or one of http or https.`,
    );
  }
  if (scheme !== undefined && !URL.canParse(place)) throw new InvalidArgumentError('This is not an address.');
  return { place, readOnly };
}
