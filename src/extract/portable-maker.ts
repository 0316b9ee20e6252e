// Makes entries with `node:fs`, which has no extended attributes or devices, and times in microseconds.

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  lutimesSync,
  openSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import type { ByteString, Timestamp } from '../bytes/index.js';
import { type HeldDirectory, holdDirectory, pathBuffer } from '../io/index.js';
import { joinPath } from '../tree/index.js';
import {
  type EntryDirectory,
  type EntryFault,
  type EntryMaker,
  type MakeOptions,
  modeOf,
  type NewEntry,
  type Step,
} from './entry-maker.js';

const { O_WRONLY, O_RDONLY, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK } = constants;

export class PortableMaker implements EntryMaker {
  readonly xattrs = false;
  readonly specials = false;
  readonly nanoseconds = false;

  allocate(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  reads(): boolean {
    return false;
  }

  async fill(): Promise<boolean> {
    return false;
  }

  close(): void {}

  async make(entries: readonly NewEntry[], options: MakeOptions): Promise<(EntryFault | undefined)[]> {
    const place = new OpenPlace();
    try {
      return entries.map((entry) => {
        const at = place.find(entry.directory);
        return typeof at === 'string' ? new Making(entry, joinPath(at, entry.name), options).fault() : at;
      });
    } finally {
      place.close();
    }
  }
}

/** The directory of the last entry, held open: the next one is often in the same. */
class OpenPlace {
  #directory: EntryDirectory | undefined;
  #held: HeldDirectory | undefined;

  /** A path that leads to the directory and to no other, or why there is none. */
  find(directory: EntryDirectory): ByteString | EntryFault {
    if (this.#held && this.#directory === directory) return this.#held.at;
    this.close();
    try {
      this.#held = holdDirectory(directory.path, { found: directory.identity });
    } catch (error) {
      // Without an error of the system another directory has the name.
      const { syscall, code } = error as NodeJS.ErrnoException;
      return { step: 'create', errno: (syscall && code) ?? 'ESTALE' };
    }
    this.#directory = directory;
    return this.#held.at;
  }

  close(): void {
    this.#held?.close();
    this.#held = undefined;
  }
}

/** One entry being made, with its current step. */
class Making {
  #step: Step = 'create';

  constructor(
    readonly entry: NewEntry,
    readonly path: ByteString,
    readonly options: MakeOptions,
  ) {}

  fault(): EntryFault | undefined {
    try {
      const { kind } = this.entry.node;
      if (kind === 'file' || kind === 'directory') this.#opened();
      else if (kind === 'symlink') this.#link(this.entry.node.target);
      else return { step: 'create', errno: 'ENOSYS' };
      return undefined;
    } catch (error) {
      return { step: this.#step, errno: (error as NodeJS.ErrnoException).code ?? 'EIO' };
    }
  }

  #opened(): void {
    const { node, exists, data } = this.entry;
    const flags = exists ? O_RDONLY | O_NONBLOCK : O_WRONLY | O_CREAT | O_EXCL;
    const fd = openSync(pathBuffer(this.path), flags | O_NOFOLLOW, 0o600);
    try {
      this.#step = 'write';
      for (let done = 0; data && done < data.length; ) done += writeSync(fd, data, done);
      this.#step = 'owner';
      if (this.options.owners) fchownSync(fd, node.uid, node.gid);
      this.#step = 'mode';
      fchmodSync(fd, modeOf(node, this.options));
      this.#step = 'time';
      futimesSync(fd, secondsOf(node.mtime), secondsOf(node.mtime));
    } finally {
      closeSync(fd);
    }
  }

  #link(target: ByteString): void {
    const { node, exists } = this.entry;
    const path = pathBuffer(this.path);
    if (!exists) symlinkSync(pathBuffer(target), path);
    this.#step = 'owner';
    if (this.options.owners) lchownSync(path, node.uid, node.gid);
    this.#step = 'time';
    lutimesSync(path, secondsOf(node.mtime), secondsOf(node.mtime));
  }
}

/** Seconds as text: `node:fs` turns negative numbers into the present time. A double is exact to the microsecond until the year 2242. */
function secondsOf({ seconds, nanoseconds }: Timestamp): string {
  return `${seconds + nanoseconds / 1e9}`;
}
