// Errors of entries while a tree is scanned.

import type { ByteString } from '../bytes/index.js';
import { SourceError } from '../errors.js';
import { replaced, sourceError } from '../io/index.js';

/** Errors of an entry that was just listed, if it has vanished or changed its kind. */
const CHANGED = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EINVAL', 'ESTALE', 'ELOOP']);

/** The error for a system error about a listed entry: `source.changed` if it has changed, otherwise with the name of the errno. */
export function scanError(path: ByteString, error: unknown): SourceError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (error instanceof SourceError || !CHANGED.has(code)) return sourceError(path, error);
  return replaced(path, error);
}
