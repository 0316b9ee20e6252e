// External programs: started without a shell, with a neutral environment; ended when the run is aborted or this program
// ends.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { defined } from '../../bytes/index.js';
import { type Message, ToolError } from '../../errors.js';
import type { Run } from '../../io/index.js';

export interface ToolCall {
  /** Name or path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  /** Advice if it is missing or fails. */
  readonly hint: Message;
  /** Name for messages, if `program` only starts the actual tool. */
  readonly name?: string;
  /** SOURCE_DATE_EPOCH of the tool, seconds since 1970; makes its output reproducible. */
  readonly epoch: number;
  /** Its working directory; default: that of this program. */
  readonly directory?: string;
  /** Variables in addition to PATH, HOME, LC_ALL, TZ and SOURCE_DATE_EPOCH. Others are not inherited: they may be secrets. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Each line of its output, as it comes. */
  onLine?(line: string): void;
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const KEPT_LINES = 12;
/** Messages and signals of tools that cannot write any more. */
const NO_SPACE = /No space left on device|Disk quota exceeded|File too large|SIGXFSZ/;
const ROOM =
  'Free some space in the target directory, and memory for temporary files, or choose another target directory.';

/**
 * Runs a tool to its end. Throws {@link ToolError} `tool.missing`, or with its last lines `tool.failed`, or `tool.no-space`
 * if it ran out of space.
 */
export async function runTool(call: ToolCall, run: Run): Promise<void> {
  run.signal?.throwIfAborted();
  const name = call.name ?? call.program;
  const lastLines: string[] = [];
  const { code, signal } = await finished(call, run, (line) => {
    lastLines.push(line);
    if (lastLines.length > KEPT_LINES) lastLines.shift();
    call.onLine?.(line);
  });
  run.signal?.throwIfAborted();
  if (code === 0) return;
  const outcome = signal ? `was ended by ${signal}` : `failed with status ${code}`;
  const said = lastLines.length > 0 ? ` Its last words:\n${lastLines.map((line) => `  ${line}`).join('\n')}` : '';
  const message = `${name} ${outcome}.${said}`;
  if (NO_SPACE.test(message)) throw new ToolError('tool.no-space', message, { hint: ROOM });
  throw new ToolError('tool.failed', message, { hint: call.hint });
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function finished(call: ToolCall, run: Run, onLine: (line: string) => void): Promise<Ending> {
  return new Promise((resolve, reject) => {
    const env: Record<string, string> = { ...usualEnvironment(call), ...call.environment };
    // A missing tool must be reported by this program, not by its guard.
    const isHere = findInPath(call.program, env['PATH'] ?? '') !== undefined;
    const [program, ...args] = [...(isHere ? guardWords() : []), call.program, ...call.args];
    const child = spawn(program!, args, {
      env,
      ...defined({ cwd: call.directory }),
      stdio: ['ignore', 'pipe', 'pipe'],
      // A separate group: an interrupt from the terminal reaches only this program, which then ends the tool.
      detached: true,
    });
    const end = () => endGroup(child);
    run.signal?.addEventListener('abort', end, { once: true });
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine);
    child.once('error', (error: NodeJS.ErrnoException) => {
      run.signal?.removeEventListener('abort', end);
      reject(startError(call, error));
    });
    child.once('close', (code, signal) => {
      run.signal?.removeEventListener('abort', end);
      resolve({ code, signal });
    });
  });
}

/** Words before a tool that make the kernel end it if this program is killed; needs setpriv (util-linux). */
function guardWords(): readonly string[] {
  guard ??= workingGuard();
  return guard;
}

let guard: readonly string[] | undefined;

function workingGuard(): readonly string[] {
  const setpriv = findInPath('setpriv', PATH);
  if (setpriv === undefined) return [];
  const words = [setpriv, '--pdeathsig', 'KILL', '--'];
  return spawnSync(setpriv, [...words.slice(1), 'true'], { stdio: 'ignore', env: { PATH } }).status === 0 ? words : [];
}

function findInPath(program: string, path: string): string | undefined {
  return path
    .split(':')
    .map((directory) => join(directory, program))
    .find((place) => {
      try {
        accessSync(place, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function usualEnvironment({ epoch }: ToolCall): Record<string, string> {
  return { PATH, HOME: '/root', LC_ALL: 'C', TZ: 'UTC', SOURCE_DATE_EPOCH: String(epoch) };
}

/** Ends the tool and everything it has started: its process group has its number. */
function endGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  const words = ['-c', 'kill -s KILL -- "-$1"', 'sh', String(pid)];
  const group = spawn('sh', words, { stdio: 'ignore', env: { PATH } });
  group.once('error', () => child.kill('SIGKILL'));
  group.once('close', (code) => code !== 0 && child.kill('SIGKILL'));
}

function startError(call: ToolCall, error: NodeJS.ErrnoException): ToolError {
  const missing = error.code === 'ENOENT';
  const reason = missing ? 'is not installed' : `cannot be started: ${error.message}`;
  return new ToolError(missing ? 'tool.missing' : 'tool.failed', `${call.name ?? call.program} ${reason}.`, {
    hint: call.hint,
    cause: error,
  });
}
