// Runs the suites. Without arguments: everything, one way to boot; `boot` alone: every way to boot.
import { spawnSync } from 'node:child_process';
import { makeDebianRoot } from './debian-root.js';

const asked = process.argv.slice(2);
const suites = asked.length > 0 ? asked : ['unit', 'property', 'portable', 'golden', 'conformance', 'boot'];
const env = { ...process.env };
if (asked.includes('boot')) env['ISOPRESS_BOOT'] = 'all';

if (suites.includes('conformance') || suites.includes('boot')) {
  process.stdout.write('Preparing the Debian root trees that tests press, boot and take kernels from.\n');
  const [own, ...foreign] = await Promise.all([
    makeDebianRoot(),
    ...(suites.includes('conformance') ? [makeDebianRoot('i386', 'files'), makeDebianRoot('arm64', 'files')] : []),
    // Those for every way to boot, one of them set up under emulation, which takes minutes.
    ...(asked.includes('boot') ? [makeDebianRoot('arm64'), makeDebianRoot('amd64', 'cloud-init')] : []),
  ]);
  if ('path' in own) env['ISOPRESS_TEST_ROOT'] = own.path;
  for (const made of [own, ...foreign]) {
    if ('reason' in made) process.stdout.write(`Tests on a Debian root tree are left out: ${made.reason}\n`);
  }
}

const projects = suites.flatMap((suite) => ['--project', suite]);
process.exit(spawnSync('npx', ['vitest', 'run', ...projects], { stdio: 'inherit', env }).status ?? 1);
