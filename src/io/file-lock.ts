// A lock on an open file, which the system gives back when the process ends.

import { foreignRuntime } from '../native/index.js';

/** The part of the optional package `fs-native-extensions` that locks files. */
interface FileLocks {
  tryLock(fd: number): boolean;
}

/** Locks a file that is open for writing. False if another process has it locked; true also if this system offers no locks. */
export async function lockFile(fd: number): Promise<boolean> {
  const locks = await optionalLocks();
  try {
    return locks?.tryLock(fd) ?? true;
  } catch {
    // Some network file systems have no locks.
    return true;
  }
}

async function optionalLocks(): Promise<FileLocks | undefined> {
  if (foreignRuntime()) return undefined;
  try {
    // Not a literal, so that the compiler does not look for the package: it may be absent, and has no types.
    const name = 'fs-native-extensions' as string;
    return ((await import(name)) as { default: FileLocks }).default;
  } catch {
    return undefined;
  }
}
