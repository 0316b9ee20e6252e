// Files named on the command line.

import { readFileSync } from 'node:fs';
import { byteStringOf } from '../bytes/index.js';
import { IsopressError, UsageError } from '../errors.js';
import { sourceError } from '../io/option-values.js';

/** The whole of a file. Throws the error of a source that says why it cannot be read. */
export function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw sourceError(byteStringOf(Buffer.from(path)), error);
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
