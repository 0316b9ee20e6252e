// The errors of zip archives.

import { InvalidImageError } from '../../errors.js';

/** An archive that is not what it says. `at`: byte of the archive. */
export function damaged(message: string, at: number): InvalidImageError {
  return new InvalidImageError('zip.damaged', `The zip archive is damaged. ${message}`, { at });
}

/** An archive without its end, where the list of its members is. */
export function truncated(at: number): InvalidImageError {
  return new InvalidImageError('zip.truncated', 'The zip archive has no end: it was cut, or is still being written.', {
    at,
  });
}
