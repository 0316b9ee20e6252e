// The errors of zip archives.

import { InvalidImageError } from '../../errors.js';

/** An archive that is not what it says. `at`: byte of the archive. */
export function damaged(message: string, at: number): InvalidImageError {
  return new InvalidImageError('zip.damaged', `The zip archive is damaged. ${message}`, { at });
}
