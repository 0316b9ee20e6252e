// Entries of an image that cannot be read: each is the fault of one file, and must not close the image around it.

import { type ByteString, displayText } from '../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../errors.js';
import { type ExactContent, ExhaustedError, UnreadableContent } from '../io/index.js';
import { type Attributes, type File, file } from './node.js';

/** An error that concerns only one entry. */
export type EntryFault = InvalidImageError | UnsupportedError;

/** Whether an error concerns one entry of an image, so that the others can still be read. */
export function isEntryFault(error: unknown): error is EntryFault {
  if (error instanceof ExhaustedError) return false;
  return error instanceof InvalidImageError || error instanceof UnsupportedError;
}

/** Content that throws, when it is read, what reading the entry at `path` threw. `size` is what the entry claims. */
export function unreadableContent(path: ByteString, cause: EntryFault, size = 0): ExactContent {
  const shown = displayText(path);
  const { code, message } = cause;
  const Kind = cause instanceof UnsupportedError ? UnsupportedError : InvalidImageError;
  const text = `${shown} cannot be read: ${message.replace(/\.$/, '')}.`;
  return new UnreadableContent(size, () => new Kind(code, text, { path: shown }));
}

/**
 * Stands for an entry that cannot be read: a file, even for a directory, so that nobody takes it for an empty one. Its
 * content throws when it is read.
 */
export function unreadableEntry(path: ByteString, cause: EntryFault, attributes: Partial<Attributes> = {}): File {
  return file(unreadableContent(path, cause), attributes);
}
