// Signs a file by a program that the person who builds has chosen.

import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { defined } from '../../bytes/index.js';
import { option, ToolError, wording } from '../../errors.js';
import type { Run } from '../../io/index.js';
import { runTool } from '../tools/run-tool.js';
import type { SigningOptions } from './options.js';

const PLACE_OF_FILE = '{}';

/**
 * Runs the program on the file, and returns the sorted names of the files that it made next to it. Throws {@link ToolError}:
 * `tool.failed`, `live.unsigned` if it made none, and `live.signer-changed-file` if the file itself is another one afterwards.
 */
export async function signFile(
  path: string,
  { command, environment }: SigningOptions,
  { epoch, log }: { readonly epoch: number; log(line: string): void },
  run: Run,
): Promise<readonly string[]> {
  const [program = '', ...given] = command;
  const filled = given.map((word) => word.replaceAll(PLACE_OF_FILE, () => path));
  const args = given.some((word) => word.includes(PLACE_OF_FILE)) ? filled : [...given, path];
  const before = await identity(path);
  const names = new Set(await namesBeside(path));
  const hint = wording`No result is published without its signature: correct ${option('signing', 'COMMAND')}.`;
  await runTool({ program, args, hint, epoch, onLine: log, ...defined({ environment }) }, run);
  const name = basename(path);
  if ((await identity(path)) !== before) {
    const message = `${program} has changed ${name}; a signature belongs in another file.`;
    throw new ToolError('live.signer-changed-file', message, { path, hint });
  }
  const made = (await namesBeside(path)).filter((one) => !names.has(one));
  if (made.length > 0) return made.sort();
  const message = `${program} has made no file next to ${name} whose name starts with "${name}.".`;
  throw new ToolError('live.unsigned', message, { path, hint });
}

/** Regular files whose names are that of the file and a suffix. */
async function namesBeside(path: string): Promise<string[]> {
  const start = `${basename(path)}.`;
  const entries = await readdir(dirname(path), { withFileTypes: true });
  return entries.filter((entry) => entry.isFile() && entry.name.startsWith(start)).map(({ name }) => name);
}

async function identity(path: string): Promise<string | undefined> {
  const found = await lstat(path, { bigint: true }).catch(() => undefined);
  return found && [found.ino, found.size, found.mtimeNs].join(' ');
}
