// mkfs.fat's options as values of `isopress fat`.

import type { Command } from 'commander';
import { parseMkfsFatOptions } from '../../format/fat/index.js';
import { type ClassicValues, ownWordsOf } from './reader.js';

/** Reads what mkfs.fat knows from the words after `isopress fat`. A third operand is the size in KiB, as there. */
export function classicFat(command: Command, words: readonly string[]): ClassicValues {
  const { rest, ...classic } = parseMkfsFatOptions(words, ownWordsOf(command));
  return { words: rest, values: { classic } };
}
