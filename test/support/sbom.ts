// Judges of bills of materials: the reference libraries of SPDX and CycloneDX, from the Python registry.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { oncePerMachine } from './once.js';

const PYTHON = '/usr/bin/python3';
const PACKAGES = ['spdx-tools==0.8.5', 'cyclonedx-python-lib[json-validation]==11.12.0'];

/** The faults of a file, a sentence each; the first call installs the libraries, and throws where they cannot be had. */
export async function faultsOfBill(format: 'spdx' | 'cyclonedx', path: string): Promise<readonly string[]> {
  const modules = await oncePerMachine('sbom-judges-1', (into) => {
    python(['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--target', into, ...PACKAGES]);
  });
  const script = resolve(import.meta.dirname, 'sbom-judge.py');
  return JSON.parse(python([script, format, path], { PYTHONPATH: modules }));
}

function python(args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(PYTHON, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${args[0]} failed: ${stderr}`);
  return stdout;
}
