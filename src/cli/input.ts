// Files named on the command line.

import { readFileSync } from 'node:fs';
import { InvalidInputError } from '../errors.js';

/** The whole of a file. Throws {@link InvalidInputError} where it cannot be read. */
export function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InvalidInputError('cli.unreadable', `${path} cannot be read.`, { path, cause: error });
  }
}
