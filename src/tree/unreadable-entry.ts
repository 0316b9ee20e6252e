// Entries of an image that cannot be read: each is the fault of one file, and must not close the image around it.

import { type ByteString, displayText } from '../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../errors.js';
import { type ExactContent, ExhaustedError, FAULT_UNITS, UnreadableContent, type Work } from '../io/index.js';
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
 * The replacement of an entry that cannot be read: a file, even for a directory, so that nobody takes it for an empty one. Its
 * content throws when it is read.
 */
export function unreadableEntry(path: ByteString, cause: EntryFault, attributes: Partial<Attributes> = {}): File {
  return file(unreadableContent(path, cause), attributes);
}

/** A file whose content is looked for. `size` is what it claims. */
export interface ClaimedFile {
  readonly path: ByteString;
  readonly size: number;
  readonly work: Work;
}

/** The content that `find` finds; content that throws when it is read if its places are wrong, which is one file's error. */
export async function contentOrFault(
  { path, size, work }: ClaimedFile,
  find: () => Promise<ExactContent>,
): Promise<ExactContent> {
  try {
    return await find();
  } catch (error) {
    if (!isEntryFault(error)) throw error;
    work.spend(FAULT_UNITS);
    return unreadableContent(path, error, size);
  }
}
