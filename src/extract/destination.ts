// The directory that a tree is extracted to. A new one gets its name when it is complete, and is removed after a failure.

import { access, chmod, constants, lstat, mkdtemp, readdir, realpath, rename, rm } from 'node:fs/promises';
import { type ByteString, byteStringOf, displayText, withoutEnd } from '../bytes/index.js';
import { option, TargetError, wording } from '../errors.js';
import { pathBuffer, targetError } from '../io/index.js';
import { joinPath } from '../tree/index.js';

/** A directory that can be extracted to. */
export interface Destination {
  /** `new`: nothing has the name. `empty` and `used`: a directory, which keeps its identity. */
  readonly kind: 'new' | 'empty' | 'used';
  readonly path: ByteString;
}

/** A directory to make entries in. */
export interface OpenDestination extends Destination {
  /** Names that were made at the top, which are removed again after a failure. */
  readonly made: Set<ByteString>;
}

/**
 * Finds the destination with a name; a symbolic link to a directory is followed. Throws {@link TargetError} for anything other than a
 * directory, for one that has entries unless `force`, and for one that this user cannot write to. Changes nothing.
 */
export async function findDestination(target: ByteString, force: boolean): Promise<Destination> {
  const entries = await entriesOf(target);
  if (!entries) {
    if (await lstat(pathBuffer(target)).catch(() => undefined)) throw noDirectory(target, 'is a link to nothing');
    await checkWritable(target, parentOf(target));
    return { kind: 'new', path: target };
  }
  const path = byteStringOf(await realpath(pathBuffer(target), 'buffer'));
  if (entries.length > 0 && !force) {
    const shown = displayText(target);
    throw new TargetError('target.exists', `${shown} is a directory that is not empty.`, {
      path: shown,
      hint: wording`Use ${option('force')} to extract into it.`,
    });
  }
  await checkWritable(target, path);
  return { kind: entries.length > 0 ? 'used' : 'empty', path };
}

/**
 * Runs `work` with the directory to extract to. A new directory is made under a private name next to the target, and renamed at the end.
 * After a failure, everything that `work` made in a new or an empty directory is removed.
 */
export async function withDestination<T>(
  found: Destination,
  work: (destination: OpenDestination) => Promise<T>,
): Promise<T> {
  const made = new Set<ByteString>();
  if (found.kind === 'used') return work({ ...found, made });
  if (found.kind === 'empty') {
    try {
      return await work({ ...found, made });
    } catch (error) {
      for (const name of made) await removeTree(joinPath(found.path, name));
      throw error;
    }
  }
  return withPrivate(found.path, (path) => work({ kind: 'new', path, made }));
}

async function withPrivate<T>(target: ByteString, work: (path: ByteString) => Promise<T>): Promise<T> {
  const path = await makePrivate(target);
  const { dev, ino } = await lstat(pathBuffer(path));
  try {
    const result = await work(path);
    await rename(pathBuffer(path), pathBuffer(target)).catch((error) => {
      throw targetError(target, error);
    });
    return result;
  } catch (error) {
    // Nothing but the directory made above is removed, even if another one has its name now.
    const now = await lstat(pathBuffer(path)).catch(() => undefined);
    if (now?.dev === dev && now.ino === ino) await removeTree(path);
    throw error;
  }
}

/** Names in the target; undefined if nothing has that name. */
function entriesOf(target: ByteString): Promise<readonly unknown[] | undefined> {
  return readdir(pathBuffer(target)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error.code === 'ENOTDIR' ? noDirectory(target, 'is not a directory') : targetError(target, error);
  });
}

async function checkWritable(target: ByteString, directory: ByteString): Promise<void> {
  await access(pathBuffer(directory), constants.W_OK | constants.X_OK).catch((error) => {
    throw targetError(target, error);
  });
}

function noDirectory(target: ByteString, what: string): TargetError {
  const shown = displayText(target);
  return new TargetError('target.not-a-directory', `${shown} ${what}.`, {
    path: shown,
    hint: 'Give the name of a directory.',
  });
}

/** A target without slashes at its end; the root directory is one. */
export function trimmed(target: ByteString): ByteString {
  return withoutEnd(target, '/') || (target.slice(0, 1) as ByteString);
}

function parentOf(target: ByteString): ByteString {
  return (/^.*\//.exec(trimmed(target))?.[0] ?? '.') as ByteString;
}

async function makePrivate(target: ByteString): Promise<ByteString> {
  const path = trimmed(target);
  const slash = path.lastIndexOf('/');
  const prefix = `${path.slice(0, slash + 1)}.${path.slice(slash + 1, slash + 61)}.extract-`;
  try {
    // The declarations lack byte strings, which Node.js accepts here as for any path.
    const bytes = pathBuffer(prefix as ByteString) as unknown as string;
    return byteStringOf(await mkdtemp(bytes, 'buffer'));
  } catch (error) {
    throw targetError(target, error);
  }
}

/** Removes a directory with everything in it, even if directories in it are read-only. */
export async function removeTree(path: ByteString): Promise<void> {
  if ((await lstat(pathBuffer(path)).catch(() => undefined))?.isDirectory()) await openUp(path);
  await rm(pathBuffer(path), { recursive: true, force: true });
}

async function openUp(directory: ByteString): Promise<void> {
  await chmod(pathBuffer(directory), 0o700);
  const names = (await readdir(pathBuffer(directory), { encoding: 'latin1' })) as ByteString[];
  for (const name of names) {
    const path = joinPath(directory, name);
    if ((await lstat(pathBuffer(path))).isDirectory()) await openUp(path);
  }
}
