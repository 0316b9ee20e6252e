// Errors for changes that do not fit the existing files, on the disc or in a layer of it.

import { type ByteString, displayText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { splitPath } from '../../tree/index.js';

/** A path of the image as messages show it, however it was given. */
export function shownPath(path: ByteString): string {
  return `/${displayText(splitPath(path).join('/') as ByteString)}`;
}

/** A pattern that matches nothing. */
export function noMatch(pattern: ByteString): InvalidInputError {
  const shown = displayText(pattern);
  return new InvalidInputError('edit.no-match', `No entry of the image matches ${shown}.`, { path: shown });
}

/** An entry that exists. */
export function entryExists(path: ByteString): InvalidInputError {
  const shown = shownPath(path);
  return new InvalidInputError('edit.exists', `The image already has ${shown}.`, {
    path: shown,
    hint: 'Replace the file, or remove it first.',
  });
}

/** An entry in the place of a directory. */
export function notDirectory(path: ByteString): InvalidInputError {
  const shown = shownPath(path);
  const message = `${shown} is not a directory of the image, so nothing can be added in it.`;
  return new InvalidInputError('edit.not-a-directory', message, { path: shown });
}

/** A path without a file: nothing is there, or an entry of another kind. */
export function noFile(path: ByteString, exists: boolean): InvalidInputError {
  const isRoot = path === '';
  const shown = shownPath(path);
  const message = exists || isRoot ? `${shown} is not a file.` : `The image has no ${shown}.`;
  return new InvalidInputError('edit.no-file', message, { path: shown });
}

/** A path without an entry. */
export function noEntry(path: ByteString): InvalidInputError {
  const shown = shownPath(path);
  return new InvalidInputError('edit.no-entry', `The image has no ${shown}.`, { path: shown });
}
