// A scratch directory inside the target directory, for results that do not have their names yet.

import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { displayText, fromText } from '../../bytes/index.js';
import { TargetError } from '../../errors.js';

export interface WorkDirectoryRequest {
  readonly targetDirectory: string;
  /** Name of the image made in it, one plain component of a path. */
  readonly name: string;
  readonly purpose: 'work' | 'plan' | 'bundle';
  /** Called for existing directories of the same name and purpose. */
  note(text: string): void;
}

/** Characters of the name that are kept: even with four bytes each the rest of the component fits. */
const LONGEST = 60;

/**
 * Runs `work` with a new, empty directory, and removes it afterwards in any case. Its name is unique, so concurrent runs
 * do not collide; a directory that another run has left is reported and never touched: it may be in use.
 */
export async function withWorkDirectory<T>(
  { targetDirectory, name, purpose, note }: WorkDirectoryRequest,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const prefix = `.${[...name].slice(0, LONGEST).join('')}.${purpose}-`;
  for (const other of await earlier(targetDirectory, prefix)) {
    note(`${other} belongs to another run. If none is going on, it was killed: remove the directory.`);
  }
  const path = await mkdtemp(join(targetDirectory, prefix)).catch((error) => {
    throw new TargetError('target.no-work-directory', `${shown(targetDirectory)} cannot be written to.`, {
      path: targetDirectory,
      hint: 'Choose a target directory that this user can write to.',
      cause: error,
    });
  });
  const { dev, ino } = await lstat(path);
  try {
    return await work(path);
  } finally {
    // Only the directory that was made above: after all this time another one may have its name.
    const found = await lstat(path).catch(() => undefined);
    if (found?.dev === dev && found.ino === ino) await rm(path, { recursive: true, force: true });
  }
}

async function earlier(directory: string, prefix: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((name) => shown(join(directory, name)));
}

function shown(path: string): string {
  return displayText(fromText(path));
}
