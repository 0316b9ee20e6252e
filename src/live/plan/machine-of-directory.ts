// The machine of a root tree, read from one program before the tree is scanned.

import { constants } from 'node:fs';
import { lstat, open, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { MAX_SYMLINKS } from '../../bytes/index.js';
import { elfMachine, PROGRAMS } from './architecture.js';

const HEAD = 64;

/** As `machineOf` of the scanned tree; undefined if it cannot be found, for any reason: then the scanned tree decides. */
export async function machineOfDirectory(directory: string): Promise<string | undefined> {
  for (const program of PROGRAMS) {
    const machine = await resolveInside(directory, program)
      .then((path) => (path === undefined ? undefined : headOf(path)))
      .then((head) => head && elfMachine(head))
      .catch(() => undefined);
    if (machine !== undefined) return machine;
  }
  return undefined;
}

/** The path with its links followed as for a program inside: none leads out of the directory. */
async function resolveInside(directory: string, path: string): Promise<string | undefined> {
  const ahead = path.split('/').reverse();
  let done: string[] = [];
  for (let links = 0; ahead.length > 0; ) {
    const name = ahead.pop()!;
    if (name === '' || name === '.') continue;
    if (name === '..') {
      done.pop();
      continue;
    }
    const at = join(directory, ...done, name);
    if (!(await lstat(at)).isSymbolicLink()) {
      done.push(name);
      continue;
    }
    if (++links > MAX_SYMLINKS) return undefined;
    const target = await readlink(at);
    if (target.startsWith('/')) done = [];
    ahead.push(...target.split('/').reverse());
  }
  return join(directory, ...done);
}

async function headOf(path: string): Promise<Uint8Array | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) return undefined;
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD), 0, HEAD, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
