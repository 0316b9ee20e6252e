// The directory that a tree is extracted to. A new one gets its name when it is complete, and is removed after a failure.

import { chmod, lstat, mkdtemp, readdir, realpath, rename, rm } from 'node:fs/promises';
import { type ByteString, byteStringOf, displayText } from '../bytes/index.js';
import { option, TargetError, wording } from '../errors.js';
import { pathBuffer, targetError } from '../io/index.js';
import { joinPath } from '../tree/index.js';

/**
 * Runs `work` with the directory to extract to. Without `force` the target is missing or an empty directory, and `work` gets
 * a private directory next to it, which gets its name at the end. With `force` and a directory that has entries, `work` gets that
 * directory itself. Throws {@link TargetError}.
 */
export async function withDestination<T>(
  target: ByteString,
  force: boolean,
  work: (directory: ByteString, isNew: boolean) => Promise<T>,
): Promise<T> {
  if (await hasEntries(target, force)) {
    return work(byteStringOf(await realpath(pathBuffer(target), 'buffer')), false);
  }
  const directory = await makePrivate(target);
  const { dev, ino } = await lstat(pathBuffer(directory));
  try {
    const result = await work(directory, true);
    await rename(pathBuffer(directory), pathBuffer(target)).catch((error) => {
      throw targetError(target, error);
    });
    return result;
  } catch (error) {
    // Only the directory that was made above.
    const found = await lstat(pathBuffer(directory)).catch(() => undefined);
    if (found?.dev === dev && found.ino === ino) await removeTree(directory);
    throw error;
  }
}

/** Whether the target is a directory with entries, which needs `force`. */
async function hasEntries(target: ByteString, force: boolean): Promise<boolean> {
  const shown = displayText(target);
  const entries = await readdir(pathBuffer(target)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    if (error.code !== 'ENOTDIR') throw targetError(target, error);
    throw new TargetError('target.not-a-directory', `${shown} is not a directory.`, {
      path: shown,
      hint: 'Give the name of a directory.',
    });
  });
  if (!entries || entries.length === 0) return false;
  if (force) return true;
  throw new TargetError('target.exists', `${shown} is a directory that is not empty.`, {
    path: shown,
    hint: wording`Use ${option('force')} to extract into it.`,
  });
}

async function makePrivate(target: ByteString): Promise<ByteString> {
  const trimmed = target.replace(/(?<=.)\/+$/, '');
  const slash = trimmed.lastIndexOf('/');
  const prefix = `${trimmed.slice(0, slash + 1)}.${trimmed.slice(slash + 1, slash + 61)}.extract-`;
  try {
    // The declarations lack byte strings, which Node.js accepts here as for any path.
    const bytes = pathBuffer(prefix as ByteString) as unknown as string;
    return byteStringOf(await mkdtemp(bytes, 'buffer'));
  } catch (error) {
    throw targetError(target, error);
  }
}

/** Directories may be read-only already; then only the superuser can remove their entries. */
async function removeTree(directory: ByteString): Promise<void> {
  await openUp(directory);
  await rm(pathBuffer(directory), { recursive: true, force: true });
}

async function openUp(directory: ByteString): Promise<void> {
  await chmod(pathBuffer(directory), 0o700);
  const names = (await readdir(pathBuffer(directory), { encoding: 'latin1' })) as ByteString[];
  for (const name of names) {
    const path = joinPath(directory, name);
    if ((await lstat(pathBuffer(path))).isDirectory()) await openUp(path);
  }
}
