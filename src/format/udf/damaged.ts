// Errors of UDF volumes.

import { InvalidImageError } from '../../errors.js';

/** An error about the image, with the code `udf.` and the word. */
export function damaged(word: string, message: string): InvalidImageError {
  return new InvalidImageError(`udf.${word}`, message);
}
