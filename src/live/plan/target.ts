// The target directory, looked at before anything is made: what would fail after a long build is refused at once.

import { constants } from 'node:fs';
import { access, lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { option, TargetError, wording } from '../../errors.js';

/** Throws {@link TargetError} for one that is missing or cannot be written to. */
export async function checkTargetDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new TargetError('target.enoent', `There is no directory ${directory}.`, {
      path: directory,
      hint: 'Create the target directory first.',
    });
  }
  await access(directory, constants.W_OK | constants.X_OK).catch((cause) => {
    throw new TargetError('target.no-work-directory', `${directory} cannot be written to.`, {
      path: directory,
      hint: 'Choose a target directory that this user may write to.',
      cause,
    });
  });
}

/** Throws {@link TargetError} for a name that cannot be given: the first is replaced only with `force`, the others with it. */
export async function checkTargetNames(directory: string, names: readonly string[], force: boolean): Promise<void> {
  for (const [i, name] of names.entries()) {
    const path = join(directory, name);
    const there = await lstat(path).catch(() => undefined);
    if (!there) continue;
    if (there.isDirectory()) {
      const message = `${path} is a directory, and a result is to have its name.`;
      throw new TargetError('target.directory', message, {
        path,
        hint: wording`Move it away, or choose another ${option('targetDirectory')}.`,
      });
    }
    if (!there.isFile() && !there.isSymbolicLink()) {
      const message = `${path} is a device, pipe or socket, and a result is to have its name.`;
      throw new TargetError('target.directory', message, { path, hint: 'Move it away.' });
    }
    if (i === 0 && !force) {
      throw new TargetError('target.exists', `${path} exists already.`, {
        path,
        hint: wording`Use ${option('force')} to replace it.`,
      });
    }
  }
}
