// Measured runs: commands in separate processes, under GNU time.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const GNU_TIME = '/usr/bin/time';
/** Node.js parses the certificates of this variable at every start: 0.08 s for those of a whole system, and no command here needs them. */
const ENVIRONMENT = { ...process.env, NODE_EXTRA_CA_CERTS: undefined };

/** @typedef {{ wall: number, cpu: number, peakKiB: number, writtenKiB: number }} Measurement Seconds, seconds, KiB, KiB. */

/** Throws if GNU time is missing. */
export function requireGnuTime() {
  if (!existsSync(GNU_TIME)) throw new Error('The benchmark measures with GNU time: apt-get install time');
}

/**
 * Runs commands in order and adds up their times; the peak is that of the largest process.
 * @param {readonly (readonly string[])[]} commands
 * @returns {Measurement}
 */
export function measure(commands) {
  const total = { wall: 0, cpu: 0, peakKiB: 0, writtenKiB: 0 };
  for (const command of commands) {
    const one = measureOne(command);
    total.wall += one.wall;
    total.cpu += one.cpu;
    total.peakKiB = Math.max(total.peakKiB, one.peakKiB);
    total.writtenKiB += one.writtenKiB;
  }
  return total;
}

/** @param {readonly string[]} command */
function measureOne(command) {
  const scratch = mkdtempSync(join(tmpdir(), 'isopress-bench-'));
  const report = join(scratch, 'time');
  try {
    const started = process.hrtime.bigint();
    const args = ['-q', '-f', '%U %S %M %O', '-o', report, ...command];
    const done = spawnSync(GNU_TIME, args, {
      env: ENVIRONMENT,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    });
    const wall = Number(process.hrtime.bigint() - started) / 1e9;
    if (done.error) throw done.error;
    if (done.status !== 0)
      throw new Error(`${command.join(' ')} ended with ${done.status}: ${done.stderr.slice(-2000)}`);
    const [user, system, peakKiB, blocks] = readFileSync(report, 'utf8').trim().split(' ').map(Number);
    return { wall, cpu: user + system, peakKiB, writtenKiB: blocks / 2 };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/**
 * Measures a contender once, from a clean and settled state; its files stay.
 * @param {import('./cases.js').Contender} contender
 */
export function measureContender({ prepare, commands, makes, image }) {
  remove(makes);
  prepare?.();
  mkdirSync(dirname(image), { recursive: true });
  // Pending writes of other commands would count too.
  spawnSync('sync');
  return measure(commands());
}

/** @param {readonly string[]} paths */
export function remove(paths) {
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

/** Reads every file of a tree, so that the page cache is warm for the first contender too. @param {string} tree */
export function warm(tree) {
  spawnSync('find', [tree, '-xdev', '-type', 'f', '-exec', 'cat', '{}', '+'], { stdio: 'ignore' });
}

/**
 * The run with the median wall time.
 * @param {readonly Measurement[]} runs
 */
export function medianRun(runs) {
  return [...runs].sort((a, b) => a.wall - b.wall)[Math.floor((runs.length - 1) / 2)];
}
