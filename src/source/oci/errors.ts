// Errors of container images.

import { InvalidImageError, InvalidInputError, UnsupportedError } from '../../errors.js';

/** The error for an image that breaks the rules of its format. `path` is the directory or archive as messages name it. */
export function damagedImage(path: string, code: string, message: string, hint?: string): InvalidImageError {
  return new InvalidImageError(code, `${path}: ${message}`, { path, hint });
}

/** The error for an image that is valid but cannot be read here. */
export function unsupportedImage(path: string, code: string, message: string, hint?: string): UnsupportedError {
  return new UnsupportedError(code, `${path}: ${message}`, { path, hint });
}

/** The error for a requested part that does not exist. */
export function absent(path: string, code: string, message: string, hint?: string): InvalidInputError {
  return new InvalidInputError(code, `${path}: ${message}`, { path, hint });
}
