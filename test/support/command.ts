// The `isopress` command in a separate process, as users and build services run it.
import { type ChildProcess, type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the command, such as `setpriv` and its options. */
  readonly prefix?: readonly string[];
  readonly cwd?: string;
  /** Its standard input. */
  readonly input?: string | Uint8Array;
}

export function isopress(args: readonly string[], surroundings: Surroundings = {}): Ended {
  const [program, words] = commandLine(args, surroundings);
  const options: SpawnSyncOptions = { maxBuffer: 2 ** 28, env: { ...process.env, ...surroundings.env } };
  if (surroundings.cwd) options.cwd = surroundings.cwd;
  if (surroundings.input !== undefined) options.input = surroundings.input;
  const { status, stdout, stderr, error } = spawnSync(program, words, { ...options, encoding: 'utf8' });
  if (error) throw error;
  return { status, stdout, stderr };
}

/** Starts the command; the caller ends it. */
export function startIsopress(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

function commandLine(args: readonly string[], { prefix = [] }: Surroundings): [string, string[]] {
  const [program, ...words] = [...prefix, process.execPath, MAIN, ...args];
  return [program!, words];
}
