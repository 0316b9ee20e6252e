// Files named on the command line.

import { readFileSync } from 'node:fs';
import { InvalidInputError, IsopressError, UsageError } from '../errors.js';

/** The whole of a file. Throws {@link InvalidInputError} where it cannot be read. */
export function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InvalidInputError('cli.unreadable', `${path} cannot be read.`, { path, cause: error });
  }
}

/** The value of an option, by the property that holds it: a value that `parse` refuses is wrong usage. */
export function optionValue<T>(option: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof IsopressError) || error instanceof UsageError) throw error;
    const { message, hint } = error.wording;
    throw new UsageError(error.code, message, { ...error.place, hint, option, cause: error });
  }
}
