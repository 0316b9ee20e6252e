// Independent judges: tools that nobody of this project wrote. In CI a missing judge is a failure, elsewhere a named skip.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { test } from 'vitest';

/** Bun and Deno are packages of npm. */
const PACKAGES = resolve(import.meta.dirname, '../../node_modules/.bin');
const SEARCH = [...(process.env['PATH'] ?? '').split(delimiter), '/sbin', '/usr/sbin', PACKAGES];

function isInstalled(tool: string): boolean {
  return SEARCH.some((dir) => {
    try {
      accessSync(join(dir, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export const oraclesRequired = process.env['ORACLES'] === 'required';

/**
 * `test` for the judges named. When one is missing the test fails under ORACLES=required and is skipped otherwise.
 * `oracle('e2fsck', 'debugfs')('is clean', async () => …)`
 */
export function oracle(...tools: string[]): typeof test {
  return conditional(tools.filter((tool) => !isInstalled(tool)).map((tool) => `${tool} is not installed`));
}

/** `test` for media that a package of Debian brings. */
export function mediumOracle(...paths: string[]): typeof test {
  return conditional(paths.filter((path) => !existsSync(path)).map((path) => `there is no ${path}`));
}

/** `test` for things only root can do, such as mounting with the kernel's own drivers. */
export function kernelOracle(...tools: string[]): typeof test {
  const reasons = tools.filter((tool) => !isInstalled(tool)).map((tool) => `${tool} is not installed`);
  if (process.getuid?.() !== 0) reasons.push('only root can mount');
  return conditional(reasons);
}

function conditional(reasons: readonly string[]): typeof test {
  if (reasons.length === 0) return test;
  if (!oraclesRequired) return test.skip as unknown as typeof test;
  return ((name: string) =>
    test(name, () => {
      throw new Error(`A judge is missing: ${reasons.join(', ')}.`);
    })) as unknown as typeof test;
}

export interface Verdict {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface JudgeOptions {
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a judge with a neutral locale and time zone. Never throws for a non-zero exit status. */
export function judge(tool: string, args: readonly string[], options: JudgeOptions = {}): Verdict {
  const { env: more, ...others } = options;
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC', PATH: SEARCH.join(delimiter), ...more };
  const result = spawnSync(tool, args, { encoding: 'latin1', maxBuffer: 512 * 1024 * 1024, env, ...others });
  if (result.error) throw result.error;
  return { status: result.status ?? -1, stdout: result.stdout, stderr: result.stderr };
}
