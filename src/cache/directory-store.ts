// A directory as a store: `ac/KEY` for records, `cas/SHA256` for contents, and `tmp` for what is being written. Entries appear complete or
// not at all, so any number of processes may share it, and a web server that serves it is an HTTP store.

import { constants } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { TargetError } from '../errors.js';
import { type Blob, LARGEST_RECORD } from './record.js';
import type { Store } from './store.js';

/** The subdirectories of a directory store. */
export const SUBDIRECTORIES = { records: 'ac', contents: 'cas', unfinished: 'tmp' } as const;

/** How a directory is used. */
export interface DirectoryStoreOptions {
  readonly isReadOnly: boolean;
  /** Milliseconds since 1970, to note when an entry was last used. Without it no use is noted. */
  now?(): number;
}

/** Makes the directory if it is missing. Throws {@link TargetError} `target.no-cache-directory` if it cannot be used. */
export async function openDirectoryStore(directory: string, options: DirectoryStoreOptions): Promise<DirectoryStore> {
  if (!options.isReadOnly) {
    for (const folder of Object.values(SUBDIRECTORIES)) {
      await mkdir(join(directory, folder), { recursive: true }).catch((error) => {
        throw unusable(directory, `cannot be made: ${(error as Error).message}`, error);
      });
    }
  } else if (!(await stat(directory).catch(() => undefined))?.isDirectory()) {
    throw unusable(directory, 'is not a directory');
  }
  return new DirectoryStore(directory, options);
}

function unusable(directory: string, why: string, cause?: unknown): TargetError {
  const message = `The cache directory ${directory} ${why}.`;
  return new TargetError('target.no-cache-directory', message, { path: directory, cause });
}

export class DirectoryStore implements Store {
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly scratch: string | undefined;
  readonly #now: (() => number) | undefined;

  constructor(directory: string, { isReadOnly, now }: DirectoryStoreOptions) {
    this.name = directory;
    this.isReadOnly = isReadOnly;
    this.scratch = isReadOnly ? undefined : join(directory, SUBDIRECTORIES.unfinished);
    this.#now = now;
  }

  async record(key: string): Promise<Uint8Array | undefined> {
    const path = join(this.name, SUBDIRECTORIES.records, key);
    const size = (await found(path))?.size;
    if (size === undefined || size > LARGEST_RECORD) return undefined;
    await this.#touch(path);
    return readFile(path);
  }

  async putRecord(key: string, bytes: Uint8Array): Promise<void> {
    await this.#place(join(this.name, SUBDIRECTORIES.records, key), (path) => writeFile(path, bytes));
  }

  async path({ digest, size }: Blob): Promise<string | undefined> {
    const path = join(this.name, SUBDIRECTORIES.contents, digest);
    if ((await found(path))?.size !== size) return undefined;
    await this.#touch(path);
    return path;
  }

  async download(_blob: Blob, _to: FileHandle): Promise<boolean> {
    return false;
  }

  async put(blob: Blob, from: string): Promise<void> {
    const path = join(this.name, SUBDIRECTORIES.contents, blob.digest);
    // A file in our scratch directory is moved, and replaces an entry that may be damaged. Any other file is copied, because it may
    // still change, or be on another file system.
    if (from.startsWith(`${this.scratch}/`)) await rename(from, path);
    else if ((await found(path))?.size === blob.size) await this.#touch(path);
    else await this.#place(path, (part) => copyFile(from, part, constants.COPYFILE_FICLONE));
  }

  async discard({ digest }: Blob): Promise<void> {
    if (!this.isReadOnly) await rm(join(this.name, SUBDIRECTORIES.contents, digest), { force: true });
  }

  async close(): Promise<void> {}

  /** Writes a file under a temporary name, and gives it its name when it is complete. */
  async #place(path: string, write: (part: string) => Promise<void>): Promise<void> {
    const directory = await mkdtemp(join(this.scratch!, 'part-'));
    try {
      const part = join(directory, 'file');
      await write(part);
      await rename(part, path);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }

  /** Records the use as modification time, for `collectCache`. Fails silently on files of another user. */
  async #touch(path: string): Promise<void> {
    if (this.isReadOnly || !this.#now) return;
    const seconds = this.#now() / 1000;
    await utimes(path, seconds, seconds).catch(() => {});
  }
}

function found(path: string) {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}
