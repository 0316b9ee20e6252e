// Shared by readers of classic options: their result, and the words that they do not read.

import type { Command } from 'commander';
import type { OwnWords } from '../../options/index.js';

/** Another program's options in terms of one of our commands. */
export interface ClassicValues {
  /** The words that are left for the command's own parser. */
  readonly words: readonly string[];
  /** Values by the names that the command's own parser gives them. The command's own options override them. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Reads the words after the name of a command. */
export type ClassicReader = (command: Command, words: readonly string[]) => ClassicValues;

/** The command's own options and their values, which no table of another program reads. */
export function ownWordsOf(command: Command): OwnWords {
  const takesValue = new Map<string, boolean>();
  for (const { short, long, required } of command.options) {
    for (const flag of [short, long]) if (flag) takesValue.set(flag, required);
  }
  return (word, next) => {
    if (word === '--help' || (word === '-h' && !/^\d/.test(next ?? ''))) return 1;
    const hasValue = takesValue.get(word);
    if (hasValue === undefined) return /^--[\w-]+=/.test(word) && takesValue.has(word.split('=')[0]!) ? 1 : 0;
    return hasValue && next !== undefined ? 2 : 1;
  };
}
