// Opens a file that was found before, and no other one in its place.

import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ByteString } from '../bytes/index.js';
import { pathBuffer, replaced, sourceError } from './host-path.js';
import type { FileIdentity } from './range-list.js';

/** The identity of a file that was not examined yet: any regular file will do. */
export const ANY_FILE: FileIdentity = { device: -1, inode: -1 };

/** A file to reopen. */
export interface FoundFile {
  readonly path: ByteString;
  readonly identity: FileIdentity;
  /** Whether the path may be a symbolic link, because a user named it. Links in a scanned tree are not followed. */
  readonly follow: boolean;
  /** When it was last modified, in milliseconds. Present where that matters: nobody reads what was a hole. */
  readonly modified?: number | undefined;
}

/** Never blocks on a pipe, and never becomes the controlling terminal. */
const HARMLESS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** Opens the file. Throws `source.changed` for anything other than the regular file that was found. */
export function openFoundSync(file: FoundFile): number {
  const { path, follow } = file;
  let fd: number;
  try {
    fd = openSync(pathBuffer(path), flags(follow));
  } catch (error) {
    throw openError(path, error, follow);
  }
  try {
    if (isFound(fstatSync(fd), file)) return fd;
  } catch (error) {
    closeSync(fd);
    throw sourceError(path, error);
  }
  closeSync(fd);
  throw replaced(path);
}

/** As {@link openFoundSync}, without blocking the process. */
export async function openFound(found: FoundFile): Promise<FileHandle> {
  const { path, follow } = found;
  const file = await open(pathBuffer(path), flags(follow)).catch((error) => {
    throw openError(path, error, follow);
  });
  try {
    if (isFound(await file.stat(), found)) return file;
  } catch (error) {
    await file.close();
    throw sourceError(path, error);
  }
  await file.close();
  throw replaced(path);
}

/** The identity of a file by its numbers in JavaScript: exact up to 2^53, rounded beyond. */
export function identityOf({
  dev,
  ino,
}: {
  readonly dev: number | bigint;
  readonly ino: number | bigint;
}): FileIdentity {
  return { device: Number(dev), inode: Number(ino) };
}

function flags(follow: boolean): number {
  return follow ? HARMLESS : HARMLESS | constants.O_NOFOLLOW;
}

function isFound(stat: Stats, { identity: { device, inode }, modified }: FoundFile): boolean {
  if (!stat.isFile() || (modified !== undefined && Math.abs(stat.mtimeMs - modified) >= 1)) return false;
  return inode < 0 || (stat.ino === inode && stat.dev === device);
}

/** A link or socket in the place of a file cannot be opened at all. */
function openError(path: ByteString, error: unknown, follow: boolean) {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENXIO' || (code === 'ELOOP' && !follow) ? replaced(path, error) : sourceError(path, error);
}
