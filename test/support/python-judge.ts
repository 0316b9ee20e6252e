// Judges that are Python libraries in fixed versions, from the Python registry.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { oncePerMachine } from './once.js';

const PYTHON = '/usr/bin/python3';

/** A script of this directory and the libraries that it needs, under a name that says which ones. */
export interface PythonJudge {
  readonly script: string;
  readonly libraries: string;
  readonly packages: readonly string[];
}

/** The output of the script, which is JSON; the first call installs the libraries, and throws where they cannot be had. */
export async function judgement({ script, libraries, packages }: PythonJudge, args: readonly string[]) {
  const modules = await oncePerMachine(libraries, (into) => {
    python(['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', into, ...packages]);
  });
  const words = [resolve(import.meta.dirname, script), ...args];
  return JSON.parse(python(words, { PYTHONPATH: modules, PYTHONDONTWRITEBYTECODE: '1' })) as unknown;
}

function python(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(PYTHON, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${args[0]} failed: ${stderr}`);
  return stdout;
}
