// Errors of container images.

import { InvalidImageError, InvalidInputError, UnsupportedError } from '../../errors.js';

/** The image breaks the rules of its format. `path`: the directory or archive, as messages name it. */
export function damagedImage(path: string, code: string, message: string, hint?: string): InvalidImageError {
  return new InvalidImageError(code, `${path}: ${message}`, { path, hint });
}

/** The image is valid and cannot be read. */
export function unsupportedImage(path: string, code: string, message: string, hint?: string): UnsupportedError {
  return new UnsupportedError(code, `${path}: ${message}`, { path, hint });
}

/** The image does not have the requested part. */
export function absent(path: string, code: string, message: string, hint?: string): InvalidInputError {
  return new InvalidInputError(code, `${path}: ${message}`, { path, hint });
}
