// Classic tools' options on the command line: which command takes the options of which program.

import type { Command } from 'commander';
import { IsopressError, UsageError } from '../../errors.js';
import type { ClassicValues } from './reader.js';

type Reader = (command: Command, words: readonly string[]) => ClassicValues;

/** Each comes with its format, and is loaded when its command runs. */
const READERS: Readonly<Record<string, () => Promise<Reader>>> = {
  squashfs: async () => (await import('./squashfs.js')).classicSquashfs,
  erofs: async () => (await import('./erofs.js')).classicErofs,
  ext4: async () => (await import('./ext4.js')).classicExt4,
  iso: async () => (await import('./iso.js')).classicIso,
  fat: async () => (await import('./fat.js')).classicFat,
};

/**
 * Takes the options of the classic tool out of a command line and gives their values to the command that it begins with.
 * Returns the other words. Throws `usage.…` for an option that is refused or has a bad value.
 */
export async function takeClassicOptions(root: Command, args: readonly string[]): Promise<readonly string[]> {
  const [name = '', ...words] = args;
  const command = root.commands.find((one) => one.name() === name);
  // The help of a command needs no format.
  if (!command || !Object.hasOwn(READERS, name) || words[0] === '--help') return args;
  const read = await READERS[name]!();
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
