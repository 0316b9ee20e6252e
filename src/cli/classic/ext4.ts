// mke2fs's options as values of `isopress ext4`.

import type { Command } from 'commander';
import { readMke2fsWords } from '../../format/ext4/index.js';
import { type ClassicValues, ownWordsOf } from './reader.js';

/** Reads what mke2fs knows from the words after `isopress ext4`. */
export function classicExt4(command: Command, words: readonly string[]): ClassicValues {
  const { options, rest, quiet } = readMke2fsWords(words, ownWordsOf(command));
  return { words: rest, values: { classic: options, quiet } };
}
