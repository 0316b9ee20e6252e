// Errors of the system by their numbers, as the native engine gives them.

import { getSystemErrorMap } from 'node:util';

/** The error that `node:fs` would throw for an errno. */
export function errnoError(errno: number): NodeJS.ErrnoException {
  const [code, text] = getSystemErrorMap().get(-errno) ?? ['EIO', `error ${errno}`];
  return Object.assign(new Error(`${code}: ${text}`), { code, errno: -errno });
}
