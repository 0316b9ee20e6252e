// Options with several values: a list with commas, given once or again. Never "one or more words", which would take the image too.

import { InvalidArgumentError } from 'commander';

/** A parser of such an option: each value is one of `known`; what is given again is added. */
export function parseList<T extends string>(
  known: readonly T[],
): (text: string, earlier?: readonly T[]) => readonly T[] {
  // Commander hands in the default too; what is given takes its place.
  let given: readonly T[] = [];
  return (text) => {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.find((name) => !known.includes(name as T));
    if (unknown !== undefined) throw new InvalidArgumentError(`"${unknown}" is not one of ${known.join(', ')}.`);
    given = [...given, ...(names as T[])];
    return given;
  };
}

/** The text in `--help` for such options. */
export const LIST_HELP = 'separated by commas, or given again';
