// Checks of the target directory before anything is made, so that a long build does not fail at its end.

import { constants } from 'node:fs';
import { access, lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { option, TargetError, wording } from '../../errors.js';
import { refuseUnfinished } from '../../io/index.js';

/** Throws {@link TargetError} if it is missing or cannot be written to. */
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
      hint: 'Choose a target directory that this user can write to.',
      cause,
    });
  });
}

/** Throws {@link TargetError} for a name that cannot be taken: the first is replaced only with `force`, the others together with it. */
export async function checkTargetNames(directory: string, names: readonly string[], force: boolean): Promise<void> {
  for (const [i, name] of names.entries()) {
    const path = join(directory, name);
    await refuseUnfinished(fromText(path));
    const there = await lstat(path).catch(() => undefined);
    if (!there) continue;
    if (there.isDirectory()) {
      const message = `${path} is a directory with the name of a result.`;
      throw new TargetError('target.directory', message, {
        path,
        hint: wording`Move it away, or choose another ${option('targetDirectory')}.`,
      });
    }
    if (!there.isFile() && !there.isSymbolicLink()) {
      const message = `${path} is a device, pipe or socket with the name of a result.`;
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
