// A scratch directory beside the results, for the initrd and the boot images while they are made.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { displayText, fromText } from '../../bytes/index.js';
import { TargetError } from '../../errors.js';

/** Runs `work` with an empty directory, and removes it afterwards whatever happened. */
export async function withWorkDirectory<T>(
  targetDirectory: string,
  name: string,
  work: (directory: string) => Promise<T>,
): Promise<T> {
  const path = join(targetDirectory, `.${name}`);
  const remove = () => rm(path, { recursive: true, force: true });
  try {
    // What a killed run left behind is removed, never used.
    await remove();
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    throw new TargetError('target.no-work-directory', `${displayText(fromText(path))} cannot be made.`, {
      path,
      hint: 'Choose a target directory that this user may write to.',
      cause: error,
    });
  }
  try {
    return await work(path);
  } finally {
    await remove();
  }
}
