// Drives QEMU: starts a machine from an image, waits for a line on its serial port, stops it. Software emulation only, so that
// it runs everywhere; nothing is left behind. Used by the demo and by the boot tests.
import { spawn } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAM = 'qemu-system-x86_64';

/** Firmware and its variable store must be of one size; Debian 12 has both pairs, later ones the second only. */
const OVMF = [
  ['/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/OVMF/OVMF_VARS.fd'],
  ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_VARS_4M.fd'],
];

const POLL_MS = 100;
const TAIL = 2000;

/** What is missing to boot with this firmware, as names of Debian packages; empty when nothing is. */
export function missingForBoot(/** @type {'bios' | 'uefi'} */ firmware = 'bios') {
  const missing = [];
  const path = (process.env['PATH'] ?? '').split(delimiter);
  const found = path.some((dir) => isExecutable(join(dir, PROGRAM)));
  if (!found) missing.push('qemu-system-x86');
  if (firmware === 'uefi' && !ovmf()) missing.push('ovmf');
  return missing;
}

/**
 * Starts a machine. The caller stops it; `bootUntil` does both.
 * @param {import('./qemu.js').MachineOptions} options
 * @returns {import('./qemu.js').Machine}
 */
export function startMachine(options) {
  const work = mkdtempSync(join(tmpdir(), 'isopress-qemu-'));
  const log = options.log ?? join(work, 'serial.log');
  rmSync(log, { force: true });
  const child = spawn(PROGRAM, machineArguments(options, work, log), { stdio: ['ignore', 'ignore', 'pipe'] });
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
  // A machine must not outlive us, however we end.
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
  return { pid: child.pid, log, waitFor: (marker, seconds) => waitFor(log, marker, seconds, state), stop };
}

/**
 * Boots an image until the marker appears, and stops the machine whatever happens.
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

/** @param {import('./qemu.js').MachineOptions} options @param {string} work @param {string} log */
function machineArguments(options, work, log) {
  return [
    ...['-machine', 'q35,accel=tcg', '-cpu', 'max', '-m', String(options.memory ?? 1536)],
    // Without a network card the firmware does not try to boot from the network.
    ...['-display', 'none', '-monitor', 'none', '-nic', 'none', '-no-reboot', '-serial', `file:${escaped(log)}`],
    ...firmwareArguments(options.firmware ?? 'bios', work),
    ...mediumArguments(options),
    ...(options.extra ?? []),
  ];
}

/** @param {'bios' | 'uefi'} firmware @param {string} work */
function firmwareArguments(firmware, work) {
  if (firmware === 'bios') return [];
  const pair = ovmf();
  if (!pair) throw new Error('There is no UEFI firmware for QEMU on this machine; install the package ovmf.');
  // The firmware writes its variables, so every machine gets its own.
  const variables = join(work, 'variables.fd');
  copyFileSync(pair[1], variables);
  return [
    ...['-drive', `if=pflash,format=raw,readonly=on,file=${pair[0]}`],
    ...['-drive', `if=pflash,format=raw,file=${escaped(variables)}`],
  ];
}

/** @param {import('./qemu.js').MachineOptions} options */
function mediumArguments({ image, as = 'cd', sectorSize = 512 }) {
  const file = `file=${escaped(image)}`;
  if (as === 'cd') return ['-drive', `${file},media=cdrom,readonly=on,if=ide`];
  // Writes of the guest go to a temporary file that QEMU discards.
  const drive = ['-drive', `${file},format=raw,snapshot=on,if=none,id=medium`];
  const sizes = `logical_block_size=${sectorSize},physical_block_size=${sectorSize}`;
  if (as === 'disk') return [...drive, '-device', `virtio-blk-pci,drive=medium,${sizes}`];
  return [...drive, '-device', 'qemu-xhci', '-device', `usb-storage,drive=medium,${sizes}`];
}

/** A comma separates QEMU's options; in a file name it is doubled. */
function escaped(/** @type {string} */ path) {
  return path.replaceAll(',', ',,');
}

function ovmf() {
  return OVMF.find((pair) => pair.every((path) => existsSync(path)));
}

function isExecutable(/** @type {string} */ path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
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
    // Asked before reading: what a machine wrote before it ended still counts.
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
