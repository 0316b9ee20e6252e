// The script with which a description changes the boot files of its medium (attribute editbootconfig). It runs as the user
// of the build, in the root tree, and gets the directory of the medium. Values of the description reach it only as variables

// and arguments, never as text of a shell.

import { stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { InvalidInputError, ToolError } from '../../errors.js';
import type { Run } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';
import { type LiveDescription, placeOf } from '../description/index.js';
import { runTool } from '../tools/run-tool.js';
import { mediaDirectoryIn, readDirectory, writeDirectory } from './media-directory.js';

/** The name that KIWI's prepare step gives the script in the root tree. */
const PREPARED = 'image/edit_boot_config.sh';

// Positional parameters: root tree, script, directory of the medium. The mask is root's usual one: media are readable by all.
const START = 'umask 022; cd "$1" && exec bash --norc "$2" "iso:$3" 1';

/**
 * The script's path: that of the attribute, absolute or relative to the description, otherwise the prepared one in the root
 * tree; undefined if there is neither. Throws {@link InvalidInputError} `live.no-script` if the attribute names a missing one.
 */
export async function findEditScript(
  description: LiveDescription,
  root: FileTree,
  rootDirectory: string | undefined,
): Promise<string | undefined> {
  const asked = description.type.editbootconfig;
  const named = asked === undefined || asked === '' ? undefined : asked;
  if (rootDirectory === undefined) {
    if (named === undefined && follow(root, PREPARED) === undefined) return undefined;
    throw new InvalidInputError(
      'live.no-directory',
      'The script editbootconfig runs in the root tree, which is not a directory.',
      {
        ...placeOf(description, 'editbootconfig'),
        hint: 'Unpack the root tree, or leave the script out.',
      },
    );
  }
  const prepared = join(rootDirectory, PREPARED);
  const own = named && (isAbsolute(named) ? named : join(dirname(resolve(description.path)), named));
  for (const path of own === undefined ? [prepared] : [own, prepared]) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return path;
  }
  if (own === undefined) return undefined;
  throw new InvalidInputError('live.no-script', `The script editbootconfig="${named}" does not exist.`, {
    ...placeOf(description, 'editbootconfig'),
    hint: `Looked for ${own} and ${prepared}.`,
  });
}

export interface EditRequest {
  readonly script: string;
  readonly rootDirectory: string;
  /** A scratch directory that stays until the medium is written. */
  readonly workDirectory: string;
  /** Environment variables of the script, in addition to those of every tool. */
  readonly environment: Readonly<Record<string, string>>;
  readonly epoch: { readonly seconds: number; readonly nanoseconds: number };
  /** Every line of its output. */
  log(line: string): void;
}

/** Runs the script on the medium's files; returns the changed files. Throws {@link InvalidInputError} `live.script-failed`. */
export async function editMedium(media: FileTree, request: EditRequest, run: Run): Promise<FileTree> {
  const { script, rootDirectory, workDirectory, epoch, environment } = request;
  const directory = mediaDirectoryIn(workDirectory);
  await writeDirectory(media, directory, run);
  try {
    await runTool(
      {
        program: 'bash',
        args: ['-c', START, 'bash', rootDirectory, script, directory],
        name: script,
        hint: 'Its output says why; it runs in the root tree with the arguments iso:MEDIA-DIRECTORY 1.',
        epoch: epoch.seconds,
        environment: { ...environment, SOURCE_DATE_EPOCH: String(epoch.seconds) },
        onLine: (line) => request.log(line),
      },
      run,
    );
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'tool.failed') throw error;
    throw new InvalidInputError('live.script-failed', error.message, {
      path: script,
      cause: error,
      hint: error.wording.hint,
    });
  }
  return readDirectory(directory, epoch, run);
}
