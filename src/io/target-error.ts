// Errors while an image is written, in terms of the given name.

import { type ByteString, displayText } from '../bytes/index.js';
import { TargetError } from '../errors.js';

const KNOWN: Readonly<Record<string, readonly [reason: string, hint: string]>> = {
  ENOSPC: ['No space left for', 'Free some space or choose another target directory.'],
  EDQUOT: ['The disk quota is used up for', 'Free some space or choose another target directory.'],
  EACCES: ['No permission to write', 'Choose a directory that this user may write to.'],
  EPERM: ['No permission to write', 'Choose a directory that this user may write to.'],
  EFBIG: [
    'A limit on the size of files (ulimit -f, or that of the file system) stops',
    'Raise the limit, or choose another target.',
  ],
  EEXIST: ['Something else has the temporary name of', 'Remove NAME.isopress-part, or give another name.'],
  EROFS: ['A read-only file system holds', 'Choose another target directory.'],
  ENOENT: ['There is no directory for', 'Create the target directory first.'],
  ENOTDIR: ['A part of the path is not a directory:', 'Choose another target directory.'],
  ENAMETOOLONG: ['The name is too long:', 'Choose a shorter one.'],
  EPIPE: ['The reader closed the pipe before the image was complete:', 'Read it to its end.'],
  ENXIO: ['Nobody reads', 'Start the reader first.'],
};

/** An errno of `node:fs` as {@link TargetError}; `path` is the name that the caller gave. */
export function targetError(path: ByteString, error: unknown): TargetError {
  if (error instanceof TargetError) return error;
  const { code = 'EIO', message } = error as NodeJS.ErrnoException;
  const shown = displayText(path);
  const [reason, hint] = KNOWN[code] ?? [`${message} while writing`, undefined];
  return new TargetError(`target.${code.toLowerCase()}`, `${reason} ${shown}.`, { path: shown, hint, cause: error });
}
