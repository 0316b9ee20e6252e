// Releases of KIWI that Debian does not have, as source packages of the Python registry: their schema, their checks and their
// test data. They run with the modules that Debian's KIWI needs.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'vitest';
import { oncePerMachine } from '../once.js';
import { oraclesRequired } from '../oracle.js';
import type { KiwiProgram } from './build.js';

/** The Python that Debian's KIWI runs with, whatever other one comes first in PATH. */
const PYTHON = '/usr/bin/python3';
const LARGEST_OUTPUT = 512 * 1024 * 1024;

/** A source package, unpacked. */
export interface KiwiRelease {
  readonly version: string;
  readonly directory: string;
  /** Runs a script of this directory with the release, and with further Python modules; gives what it prints. */
  run(script: string, input?: string, modules?: string): string;
}

/** `test` for releases; without a registry it is skipped, and fails where judges are required. */
export async function kiwiReleases(...versions: readonly string[]) {
  try {
    const releases = await Promise.all(versions.map(fetchRelease));
    return { releases, test };
  } catch (error) {
    if (oraclesRequired) throw error;
    return { releases: [], test: test.skip as unknown as typeof test };
  }
}

async function fetchRelease(version: string): Promise<KiwiRelease> {
  const name = `kiwi-${version}`;
  const parent = await oncePerMachine(`source-of-${name}`, (into) => {
    const options = ['--quiet', '--no-deps', '--no-binary', 'kiwi', '--disable-pip-version-check'];
    execute(PYTHON, ['-m', 'pip', 'download', ...options, '--dest', into, `kiwi==${version}`]);
    execute('tar', ['-C', into, '-xf', join(into, `${name}.tar.gz`)]);
  });
  const directory = join(parent, name);
  return {
    version,
    directory,
    run: (script, input = '', modules = '') => {
      const path = [directory, modules].filter(Boolean).join(':');
      const options = { input, env: { ...process.env, PYTHONPATH: path, LC_ALL: 'C.UTF-8' } };
      return execute(PYTHON, [resolve(import.meta.dirname, script)], options);
    },
  };
}

/** A release with all that it needs, installed apart from everything else. */
export async function installedKiwi(version: string): Promise<KiwiProgram> {
  const directory = await oncePerMachine(`installed-kiwi-${version}`, (into) => {
    const options = ['--quiet', '--disable-pip-version-check', '--target', into];
    execute(PYTHON, ['-m', 'pip', 'install', ...options, `kiwi==${version}`]);
  });
  return { program: join(directory, 'bin/kiwi-ng'), env: { PYTHONPATH: directory } };
}

/** A directory with the Python modules that KIWI reads TOML, YAML and JSON with. */
export function markupModules(): Promise<string> {
  return oncePerMachine('anymarkup-core-0.8.1', (into) => {
    const options = ['--quiet', '--disable-pip-version-check', '--target', into];
    execute(PYTHON, ['-m', 'pip', 'install', ...options, 'anymarkup-core==0.8.1', 'xmltodict==1.0.4']);
  });
}

/** Paths of all descriptions in a directory, in byte order. */
export function descriptionsIn(directory: string): string[] {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.(xml|kiwi)$/.test(name))
    .sort()
    .map((name) => join(directory, name));
}

function execute(
  command: string,
  args: readonly string[],
  options: { input?: string; env?: NodeJS.ProcessEnv } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: LARGEST_OUTPUT,
    ...options,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr.slice(-2000)}`);
  return stdout;
}
