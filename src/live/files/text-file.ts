// Small text files that appear complete or not at all.

import { rename, unlink, writeFile } from 'node:fs/promises';
import { TargetError } from '../../errors.js';

/** Writes to a temporary name and renames it. Throws {@link TargetError} `target.write`. */
export async function writeText(path: string, text: string): Promise<void> {
  const part = `${path}.part`;
  try {
    await writeFile(part, text);
    await rename(part, path);
  } catch (error) {
    await unlink(part).catch(() => {});
    throw new TargetError('target.write', `${path} cannot be written: ${(error as Error).message}.`, {
      path,
      cause: error,
    });
  }
}
