// Drives QEMU: starts a machine from an image, waits for a line on its serial port, types on it, stops it. Nothing is left
// afterwards. Used by the demo and by the boot tests.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { escaped, machineCommand } from './qemu-machine.js';

export { missingForBoot } from './qemu-machine.js';

const POLL_MS = 100;
const TAIL = 2000;

/**
 * Starts a machine. The caller stops it; `bootUntil` does both.
 * @param {import('./qemu.js').MachineOptions} options
 * @returns {import('./qemu.js').Machine}
 */
export function startMachine(options) {
  const work = mkdtempSync(join(tmpdir(), 'isopress-qemu-'));
  const log = options.log ?? join(work, 'serial.log');
  rmSync(log, { force: true });
  const { program, args } = machineCommand(options, work);
  const serial = ['-chardev', `stdio,id=serial,signal=off,logfile=${escaped(log)}`, '-serial', 'chardev:serial'];
  const child = spawn(program, [...serial, ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  // A machine that has ended takes no more keys; the caller that waits for their effect reports that.
  child.stdin.on('error', () => {});
  const state = { said: '', ended: false };
  child.stderr.on('data', (text) => {
    state.said += text;
  });
  const exited = new Promise((resolve) => {
    const end = (/** @type {unknown} */ reason) => {
      if (reason instanceof Error) state.said += reason.message;
      state.ended = true;
      resolve(undefined);
    };
    child.once('exit', end);
    child.once('error', end);
  });
  // A machine must not outlive this process, however that ends.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    child.kill('SIGTERM');
    const forced = setTimeout(kill, 5000);
    await exited;
    clearTimeout(forced);
    process.removeListener('exit', kill);
    rmSync(work, { recursive: true, force: true });
  };
  return {
    pid: child.pid,
    log,
    waitFor: (marker, seconds) => waitFor(log, marker, seconds, state),
    type: (keys) => void child.stdin.write(keys, 'latin1'),
    ended: (seconds) => endedWithin(exited, seconds, log),
    stop,
  };
}

/**
 * Boots an image until the marker appears, and stops the machine in any case.
 * @param {import('./qemu.js').MachineOptions} options
 * @param {string | RegExp} marker
 * @param {number} timeoutSeconds
 * @returns {Promise<import('./qemu.js').BootResult>}
 */
export async function bootUntil(options, marker, timeoutSeconds) {
  const started = performance.now();
  const machine = startMachine(options);
  try {
    const log = await machine.waitFor(marker, timeoutSeconds);
    return { seconds: (performance.now() - started) / 1000, log };
  } finally {
    await machine.stop();
  }
}

/** @param {Promise<unknown>} exited @param {number} seconds @param {string} log */
async function endedWithin(exited, seconds, log) {
  const late = new AbortController();
  const timeout = sleep(seconds * 1000, 'late', { signal: late.signal }).catch(() => undefined);
  const first = await Promise.race([exited, timeout]);
  late.abort();
  const reader = { text: '', at: 0 };
  readMore(log, reader);
  if (first === 'late')
    throw new Error(`The machine did not end within ${seconds} s. The last output:\n${reader.text.slice(-TAIL)}`);
  return reader.text;
}

/**
 * @param {string} path @param {string | RegExp} marker @param {number} seconds
 * @param {{ said: string, ended: boolean }} state
 */
async function waitFor(path, marker, seconds, state) {
  const until = performance.now() + seconds * 1000;
  const reader = { text: '', at: 0 };
  const isThere = () => (typeof marker === 'string' ? reader.text.includes(marker) : marker.test(reader.text));
  for (;;) {
    // Checked before reading: output of a machine before its end still counts.
    const { ended } = state;
    readMore(path, reader);
    if (isThere()) return reader.text;
    const tail = reader.text.slice(-TAIL);
    if (ended) throw new Error(`QEMU ended before ${marker} appeared. ${state.said.trim()}\n${tail}`);
    if (performance.now() > until)
      throw new Error(`${marker} did not appear within ${seconds} s. The last output:\n${tail}`);
    await sleep(POLL_MS);
  }
}

/** @param {string} path @param {{ text: string, at: number }} reader */
function readMore(path, reader) {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r');
  const buffer = Buffer.alloc(65_536);
  for (;;) {
    const count = readSync(file, buffer, 0, buffer.length, reader.at);
    if (count === 0) break;
    reader.text += buffer.toString('latin1', 0, count);
    reader.at += count;
  }
  closeSync(file);
}
