// Moves results from a work directory into the target directory: all of them or none.

import { link, lstat, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { option, TargetError, wording } from '../../errors.js';
import { refuseUnfinished } from '../../io/index.js';

export interface Publication {
  /** Names of files in the work directory; the first is the one that may fail. */
  readonly names: readonly string[];
  readonly workDirectory: string;
  /** A directory on the same file system. */
  readonly targetDirectory: string;
  /** Whether a file with the name `name` may be replaced. */
  replaces(name: string): boolean;
}

/**
 * Moves the files. Throws {@link TargetError} `target.exists` for a name that was taken meanwhile, `target.unfinished` for that of an
 * image with a journal, and `target.write`; the target directory is then as it was before.
 */
export async function publish({ names, workDirectory, targetDirectory, replaces }: Publication): Promise<void> {
  const undo: (() => Promise<void>)[] = [];
  // The journal of an image that an edit in place left would be taken for one of the new image.
  for (const name of names) await refuseUnfinished(fromText(join(targetDirectory, name)));
  try {
    for (const name of names) {
      const [from, to, kept] = [
        join(workDirectory, name),
        join(targetDirectory, name),
        join(workDirectory, `${name}.old`),
      ];
      if (replaces(name)) {
        const hadOld = await link(to, kept).then(
          () => true,
          () => false,
        );
        await rename(from, to);
        undo.push(() => (hadOld ? rename(kept, to) : unlink(to)));
      } else {
        await moveToNewName(from, to);
        undo.push(() => unlink(to));
      }
    }
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => {});
    throw error instanceof TargetError ? error : writeError(targetDirectory, error);
  }
}

/** By a hard link, which fails if the name is taken; without hard links by checking first. */
async function moveToNewName(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw nameTaken(to, error);
    if (!NO_LINKS.has(code)) throw error;
    if (await lstat(to).catch(() => undefined)) throw nameTaken(to, error);
    await rename(from, to);
  }
}

/** Errors of file systems without hard links. */
const NO_LINKS: ReadonlySet<string> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

function nameTaken(path: string, cause: unknown): TargetError {
  return new TargetError('target.exists', `${path} exists already: it appeared during this run.`, {
    path,
    hint: wording`Use ${option('force')} to replace it.`,
    cause,
  });
}

function writeError(path: string, cause: unknown): TargetError {
  const message = `The results cannot be moved to ${path}: ${(cause as Error).message}.`;
  return new TargetError('target.write', message, { path, cause });
}
