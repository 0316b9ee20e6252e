// Whose attributes change: those of one entry, or of all that a pattern matches.

import type { ByteString } from '../../bytes/index.js';
import { splitPath } from '../../tree/index.js';
import { noMatch } from './refusals.js';

/** An entry that a pattern may match. */
export interface Candidate {
  /** Without leading slash. */
  readonly path: ByteString;
  readonly isSymlink: boolean;
}

/**
 * The paths that are meant. An entry of exactly this name comes first; otherwise a path with wildcards is a pattern that counts from the
 * root. As with `chmod -R`, the modes of symbolic links that it matches stay, because systems do not look at them. Throws
 * {@link InvalidInputError} `edit.no-match`.
 */
export function attributePaths(
  { path, mode }: { readonly path: ByteString; readonly mode?: number },
  exists: (path: ByteString) => boolean,
  matching: (pattern: ByteString) => Iterable<Candidate>,
): readonly ByteString[] {
  if (!/[*?[\\]/.test(path) || exists(path)) return [path];
  const pattern = `/${splitPath(path).join('/')}` as ByteString;
  const found: ByteString[] = [];
  for (const one of matching(pattern)) if (mode === undefined || !one.isSymlink) found.push(one.path);
  if (found.length === 0) throw noMatch(pattern);
  return found;
}
