// Takes options of classic tools out of a command line.

import type { Command } from 'commander';
import { IsopressError, UsageError } from '../../errors.js';
import type { ClassicReader } from './reader.js';

/**
 * Takes the options that `read` knows out of a command line, and gives their values to the command that it begins with.
 * Returns the other words. Throws `usage.…` for an option that is refused or has a bad value.
 */
export function takeClassicOptions(root: Command, args: readonly string[], read: ClassicReader): readonly string[] {
  const [name = '', ...words] = args;
  const command = root.commands.find((one) => one.name() === name)!;
  const taken = asUsage(() => read(command, words));
  for (const [key, value] of Object.entries(taken.values)) {
    if (value !== undefined) command.setOptionValueWithSource(key, value, 'classic');
  }
  return [name, ...taken.words];
}

/** Faults of an option are faults of usage; faults in a file that it names stay what they are. */
function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof IsopressError) || !error.code.endsWith('-option')) throw error;
    const { message, hint } = error.wording;
    throw new UsageError(`usage.${error.code.split('.').at(-1)}`, message, { hint, cause: error });
  }
}
