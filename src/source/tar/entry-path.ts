// Paths of entries and targets of links in archives, and the error for those that a tree cannot have.

import { type ByteString, displayText } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import type { TarEntry } from './entries.js';

const LONGEST_PATH = 4096;
const LONGEST_NAME = 255;
/** Characters of a path in a message. */
const MOST_SHOWN = 200;
/** Most directories above an entry. */
export const DEEPEST = 256;

/** Whether a target cannot lead out of the directory of its link: only such links are followed when extracting. */
export function isInner(target: ByteString): boolean {
  return !target.startsWith('/') && !target.split('/').includes('..');
}

/** Components of a path, which may start with `/` or `./` as archivers write it. */
export function splitName(entry: TarEntry, path: ByteString): ByteString[] {
  const names = components(entry, path);
  if (names.includes('..' as ByteString)) throw refusal(entry, 'tar.escape', 'leads out of the archive by ".."');
  return names;
}

/** Components of a path or target, `..` included. */
export function components(entry: TarEntry, path: ByteString): ByteString[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.') as ByteString[];
  if (
    path.includes('\0') ||
    path.length > LONGEST_PATH ||
    names.length > DEEPEST ||
    names.some((n) => n.length > LONGEST_NAME)
  )
    throw refusal(entry, 'tar.path', 'has a path that no file system allows');
  return names;
}

/** A path for a message: an archive may have one of megabytes. */
export function shownPath(path: ByteString): string {
  const text = displayText(path);
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN / 2)}…${text.slice(-MOST_SHOWN / 2)}`;
}

/** The error for an entry that a tree cannot have. */
export function refusal(entry: TarEntry, code: string, what: string): InvalidImageError {
  const shown = shownPath(entry.path);
  return new InvalidImageError(code, `The entry "${shown}" of the tar archive ${what}.`, {
    path: shown,
    at: entry.at,
    hint: 'Recreate the archive from a directory, with plain relative names.',
  });
}
