// Expensive fixtures shared by all tests: made once per machine, and kept in the cache of the Debian root trees.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { testCache } from './debian-root.js';

const POLL_MS = 500;

/**
 * The directory of this name, filled by `make` if it is missing. Concurrent callers wait; the name says all
 * that the content depends on.
 */
export async function oncePerMachine(name: string, make: (into: string) => Promise<void> | void): Promise<string> {
  const path = join(testCache(), name);
  const lock = `${path}.lock`;
  mkdirSync(dirname(path), { recursive: true });
  while (!existsSync(path)) {
    if (take(lock)) await makeUnder(lock, path, make);
    else await sleep(POLL_MS);
  }
  return path;
}

async function makeUnder(lock: string, path: string, make: (into: string) => Promise<void> | void): Promise<void> {
  const part = `${path}.part`;
  try {
    // It may have been finished between the look and the lock.
    if (existsSync(path)) return;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part);
    await make(part);
    renameSync(part, path);
  } finally {
    rmSync(part, { recursive: true, force: true });
    rmSync(lock, { force: true });
  }
}

/** Takes the lock. One whose owner has ended without giving it back is removed, for the next try. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (!isAlive(ownerOf(lock))) rmSync(lock, { force: true });
    return false;
  }
}

function ownerOf(lock: string): number {
  try {
    return Number(readFileSync(lock, 'latin1')) || process.pid;
  } catch {
    return process.pid;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
