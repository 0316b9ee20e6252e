// Errors of entries while a tree is scanned.

import type { ByteString } from '../bytes/index.js';
import { SourceError } from '../errors.js';
import { replaced, sourceError } from '../io/index.js';

/** An entry that a directory named a moment ago and that is gone, or of another kind, now. */
const CHANGED = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EINVAL', 'ESTALE', 'ELOOP']);

/** A system error about a known entry: `source.changed` if it has changed, otherwise the errno's own code. */
export function scanError(path: ByteString, error: unknown): SourceError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (error instanceof SourceError || !CHANGED.has(code)) return sourceError(path, error);
  return replaced(path, error);
}
