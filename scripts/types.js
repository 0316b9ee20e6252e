// npm run test:types
// Checks a program that uses the library with the oldest and newer versions of TypeScript, without `skipLibCheck`, so that
// every declaration of the package is checked too. The compilers come from the npm registry and are kept with other fixtures.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(process.env['ISOPRESS_TEST_CACHE'] ?? join(tmpdir(), 'isopress-cache'), 'typescript');
/** A compiler, and the newest types of Node.js for it. */
const VERSIONS = [
  { typescript: '5.4', node: '20' },
  { typescript: '5.9', node: '22' },
  { typescript: 'latest', node: 'latest' },
];

const results = VERSIONS.map(check);
process.exitCode = results.includes('failed') ? 1 : 0;

/** @param {{ typescript: string, node: string }} version */
function check({ typescript, node }) {
  const modules = install(`${typescript}-${node}`, [`typescript@${typescript}`, `@types/node@${node}`]);
  if (!modules) {
    console.log(`TypeScript ${typescript}: skipped, it cannot be installed here.`);
    return 'skipped';
  }
  const project = makeProject(modules);
  try {
    const tsc = join(modules, 'typescript/bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', project], { encoding: 'utf8' });
    console.log(`TypeScript ${typescript}: ${status === 0 ? 'passed' : `failed\n${stdout}`}`);
    return status === 0 ? 'passed' : 'failed';
  } finally {
    rmSync(project, { recursive: true });
  }
}

/** A program with the package as npm would install it. @param {string} modules */
function makeProject(modules) {
  const project = mkdtempSync(join(tmpdir(), 'isopress-types-'));
  mkdirSync(join(project, 'node_modules/isopress'), { recursive: true });
  for (const name of ['package.json', 'dist'])
    symlinkSync(join(root, name), join(project, 'node_modules/isopress', name));
  for (const name of ['@types', 'undici-types']) {
    if (existsSync(join(modules, name))) symlinkSync(join(modules, name), join(project, 'node_modules', name));
  }
  symlinkSync(join(root, 'test/support/public-use.ts'), join(project, 'use.ts'));
  const compilerOptions = {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    target: 'es2022',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    // The place of the package, not the targets of its links.
    preserveSymlinks: true,
  };
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
  return project;
}

/** The folder with these packages; undefined if they cannot be installed. @param {string} name @param {string[]} packages */
function install(name, packages) {
  const prefix = join(cache, name);
  const modules = join(prefix, 'node_modules');
  if (existsSync(join(modules, 'typescript/package.json'))) return modules;
  mkdirSync(prefix, { recursive: true });
  const args = ['install', '--silent', '--no-save', '--ignore-scripts', '--prefix', prefix, ...packages];
  return spawnSync('npm', args, { cwd: prefix }).status === 0 ? modules : undefined;
}
