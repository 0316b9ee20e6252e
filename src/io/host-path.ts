// Paths of the running system, and their errors.

import type { Stats } from 'node:fs';
import { type ByteString, displayText } from '../bytes/index.js';
import { SourceError, UnreadableError } from '../errors.js';

/** A path whose characters are bytes → what `node:fs` takes without decoding it. */
export function pathBuffer(path: ByteString): Buffer {
  return Buffer.from(path, 'latin1');
}

/** The source exists but cannot be read: its content is not at fault. */
const UNREADABLE = new Set(['EACCES', 'EPERM', 'EIO', 'EMFILE', 'ENFILE']);

/** Turns an errno of `node:fs` into a {@link SourceError} that names the path. */
export function sourceError(path: ByteString, error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  const { code = 'EIO', message } = error as NodeJS.ErrnoException;
  const reason: Record<string, string> = {
    ENOENT: 'does not exist',
    EACCES: 'cannot be read by this user',
    EPERM: 'cannot be read by this user',
    ENOTDIR: 'is not a directory',
    ELOOP: 'is part of a loop of symbolic links',
  };
  const shown = displayText(path);
  const Kind = UNREADABLE.has(code) ? UnreadableError : SourceError;
  return new Kind(`source.${code.toLowerCase()}`, `${shown} ${reason[code] ?? `cannot be read: ${message}`}.`, {
    path: shown,
    cause: error,
  });
}

/** In words: `a pipe`. For entries that are neither regular files nor block devices. */
export function kindOfEntry(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isCharacterDevice()) return 'a character device';
  return stats.isSocket() ? 'a socket' : 'a special file';
}

const HINT = 'Pack a tree that no program changes.';

/** A file whose size has changed since it was planned. */
export function resized(path: ByteString, planned: number, found: number): SourceError {
  const shown = displayText(path);
  const message = `${shown} changed while it was being read: ${planned} bytes expected, ${found} found.`;
  return new SourceError('source.changed', message, { path: shown, hint: HINT });
}

/** An entry that has been removed or replaced. */
export function replaced(path: ByteString, cause?: unknown): SourceError {
  const shown = displayText(path);
  return new SourceError(
    'source.changed',
    `${shown} was removed, replaced or written to while its tree was being read.`,
    {
      path: shown,
      hint: HINT,
      cause,
    },
  );
}
