// Runs the suites. Without arguments: everything but the long boot matrix; `boot` runs that one.
import { spawnSync } from 'node:child_process';

const suites = process.argv.slice(2);
const boot = suites.includes('boot');
const args = ['vitest', 'run'];
for (const suite of suites.length > 0 ? suites : ['unit', 'property', 'portable', 'golden', 'conformance', 'boot']) {
  args.push('--project', suite);
}
const env = { ...process.env, ...(boot ? { ISOPRESS_BOOT: 'all' } : {}) };
process.exit(spawnSync('npx', args, { stdio: 'inherit', env }).status ?? 1);
