// The same root tree and description through real KIWI and through isopress.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { quietRun } from '../../../src/io/content.js';
import { buildLiveIso, type Generation } from '../../../src/live/index.js';
import { testCache } from '../debian-root.js';
import { oncePerMachine } from '../once.js';
import { judge } from '../oracle.js';

/** A KIWI that can be run. */
export interface KiwiProgram {
  readonly program: string;
  /** Environment with the path of its modules. */
  readonly env: NodeJS.ProcessEnv;
}

/** That of Debian. */
const DEBIAN: KiwiProgram = { program: 'kiwi-ng', env: {} };

/**
 * Path of the ISO that KIWI makes; its other results are in the same directory. KIWI writes into the root tree and the directory of the
 * description is inside it, so it gets a copy; what it leaves in the copy is found again in the ISO.
 */
export async function kiwiIso(
  root: string,
  description: string,
  { program, env }: KiwiProgram = DEBIAN,
): Promise<string> {
  const version = judge(program, ['--version'], { env }).stdout.trim();
  const text = readFileSync(join(description, 'config.xml'), 'utf8');
  const key = createHash('sha256')
    .update([version, text, basename(root)].join('\0'))
    .digest('hex')
    .slice(0, 8);
  const directory = await oncePerMachine(`kiwi-${key}`, async (into) => {
    const copy = join(into, 'root');
    // As cp does it: with owners, times, attributes and hard links.
    judge('cp', ['--archive', root, copy]);
    cpSync(description, join(copy, 'image'), { recursive: true });
    const out = join(into, 'results');
    mkdirSync(out);
    const args = [
      '--debug',
      '--logfile',
      join(into, 'kiwi.log'),
      'system',
      'create',
      '--root',
      copy,
      '--target-dir',
      out,
    ];
    await finished(program, args, join(into, 'kiwi.log'), env);
    rmSync(copy, { recursive: true });
  });
  return isoIn(join(directory, 'results'));
}

/** Path of the ISO that isopress makes of the same; `target` is a new directory. */
export async function isopressIso(
  root: string,
  description: string,
  target: string,
  generation?: Generation,
): Promise<string> {
  mkdirSync(target, { recursive: true });
  const options = {
    input: { root },
    description: { directory: description, ...(generation === undefined ? {} : { generation }) },
    initrd: { cacheDirectory: join(testCache(), 'initrds') },
    targetDirectory: target,
  };
  const { image } = await buildLiveIso(options, quietRun(2));
  return image;
}

function isoIn(directory: string): string {
  const name = readdirSync(directory).find((one) => one.endsWith('.iso'));
  if (name === undefined) throw new Error(`KIWI left no ISO in ${directory}.`);
  return join(directory, name);
}

/** Runs a program while other tests continue. */
function finished(program: string, args: readonly string[], log: string, env: NodeJS.ProcessEnv): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore', env: { ...process.env, ...env } });
    const kill = () => child.kill('SIGTERM');
    process.once('exit', kill);
    child.once('error', reject);
    child.once('exit', (status) => {
      process.removeListener('exit', kill);
      if (status === 0) resolve();
      else reject(new Error(`${program} ended with ${status}; ${log} ends: ${readFileSync(log, 'utf8').slice(-2000)}`));
    });
  });
}
