// Errors about one entry that cannot be made, or not with all of its attributes.

import { type ByteString, displayText } from '../bytes/index.js';
import { AbortedError, InternalError, IsopressError, TargetError } from '../errors.js';
import { targetError } from '../io/index.js';
import type { EntryFault } from './entry-maker.js';

const STEPS: Readonly<Record<EntryFault['step'], string>> = {
  create: 'cannot be made',
  write: 'cannot be written',
  owner: 'cannot be given its owner',
  attribute: 'cannot be given all its extended attributes',
  mode: 'cannot be given its mode',
  time: 'cannot be given its time',
  content: 'cannot be read',
};

/** The error for a failed step. `path` leads to the entry. */
export function faultError(path: ByteString, { step, errno }: EntryFault): TargetError {
  const shown = displayText(path);
  return new TargetError(`target.${errno.toLowerCase()}`, `${shown} ${STEPS[step]}: ${errno}.`, { path: shown });
}

/** Turns a system error into one about the path; other errors are unchanged. */
export function knownError(error: unknown, path: ByteString): unknown {
  return error instanceof Error && 'syscall' in error ? targetError(path, error) : error;
}

/** The error for an existing entry of the same name that is not replaced; `what` says what it is. */
export function inTheWay(path: ByteString, what: string): TargetError {
  const shown = displayText(path);
  return new TargetError('target.in-the-way', `${shown} ${what} of that name.`, {
    path: shown,
    hint: 'Move it away, or extract into a new directory.',
  });
}

/** Whether an error concerns one entry. A full disk or an abort concerns all of them. */
export function isFaultOfEntry(error: unknown): error is IsopressError {
  if (!(error instanceof IsopressError) || error instanceof AbortedError || error instanceof InternalError)
    return false;
  return !/\.(enospc|edquot|erofs)$/.test(error.code);
}
