// Reads directories with `node:fs`, in parts.

import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { type ByteString, byteStringOf, compareBytes, EPOCH_ZERO, fromNanoseconds } from '../bytes/index.js';
import { ANY_FILE, type FileIdentity, holdDirectory, identityOf, pathBuffer } from '../io/index.js';
import { foreignRuntime } from '../native/index.js';
import { joinPath, kindOfMode } from '../tree/index.js';
import {
  type Entries,
  type EntryFacts,
  type EntryReader,
  type KeepBelow,
  type Listing,
  type ReadAhead,
  type ScanNote,
  SELF,
} from './entries.js';
import { ListingsAhead } from './listings-ahead.js';
import type { XattrReader } from './xattrs.js';

const NO_TARGET = '' as ByteString;
/** Entries that are examined while the directory is open. */
const PART = 1024;

/** Examines the entries of a directory through a descriptor, so that a renamed directory cannot lead elsewhere. */
export class PortableEntryReader implements EntryReader {
  constructor(readonly xattrs: XattrReader) {}

  async top(path: ByteString): Promise<Entries> {
    return this.#look(path, ANY_FILE, [SELF]);
  }

  ahead(keep: KeepBelow | undefined): ReadAhead {
    return new ListingsAhead((path, found) => this.#list(path, found, keep?.(path)));
  }

  #list(path: ByteString, found: FileIdentity, keep: ((name: ByteString) => boolean) | undefined): Listing {
    let names: readonly ByteString[] | undefined;
    let done = 0;
    const look = (at: ByteString): Entries => {
      const part = names!.slice(done, done + PART);
      done += part.length;
      return new PortableEntries(at, part, this.xattrs);
    };
    // The names and the first entries are read while the directory is held once.
    const begin = (at: ByteString): Entries => {
      const all = readdirSync(pathBuffer(at), { encoding: 'latin1' }) as ByteString[];
      names = (keep ? all.filter(keep) : all).sort(compareBytes);
      return look(at);
    };
    const next = async () => {
      if (names && done === names.length) return undefined;
      return inDirectory(path, found, names ? look : begin);
    };
    return { next };
  }

  notes(): ScanNote[] {
    const text = 'Times of files were read to the millisecond: Deno gives no finer ones.';
    const times = foreignRuntime() === 'Deno' ? [{ text, lost: true }] : [];
    return [...this.xattrs.notes(), ...times];
  }

  #look(path: ByteString, found: FileIdentity, names: readonly ByteString[]): Entries {
    return inDirectory(path, found, (at) => new PortableEntries(at, names, this.xattrs));
  }
}

/** Runs `use` with a path to the directory that was found at `path`. Throws `source.changed` if another one has taken its place. */
function inDirectory<T>(path: ByteString, found: FileIdentity, use: (at: ByteString) => T): T {
  // Only the top directory may be a symbolic link.
  const held = holdDirectory(path, { found, follow: found === ANY_FILE });
  try {
    return use(held.at);
  } finally {
    held.close();
  }
}

type Look = { readonly stat: BigIntStats; readonly facts: EntryFacts } | { readonly error: unknown };

class PortableEntries implements Entries {
  readonly #looks: readonly Look[];
  readonly #reader: XattrReader;
  #mtime = EPOCH_ZERO;
  #mtimeNs = 0n;

  /** Examines all entries immediately, because the path is not valid later. */
  constructor(
    directory: ByteString,
    readonly names: readonly ByteString[],
    reader: XattrReader,
  ) {
    this.#reader = reader;
    this.#looks = names.map((name) => this.#look(joinPath(directory, name)));
  }

  get count(): number {
    return this.names.length;
  }

  name(index: number): ByteString {
    return this.names[index]!;
  }

  facts(index: number): EntryFacts {
    return this.#seen(index).facts;
  }

  device(index: number): bigint {
    return this.#seen(index).stat.dev;
  }

  identity(index: number): bigint {
    const { dev, ino } = this.#seen(index).stat;
    return (dev << 64n) | ino;
  }

  isKnownDirectory(): boolean {
    return false;
  }

  close(): void {}

  #seen(index: number) {
    const look = this.#looks[index]!;
    if ('error' in look) throw look.error;
    return look;
  }

  #look(at: ByteString): Look {
    try {
      const path = pathBuffer(at);
      const stat = lstatSync(path, { bigint: true });
      return { stat, facts: this.#factsOf(path, stat) };
    } catch (error) {
      return { error };
    }
  }

  #factsOf(path: Buffer, stat: BigIntStats): EntryFacts {
    const mode = Number(stat.mode);
    const kind = kindOfMode(mode);
    // A file that not everybody may read is opened once, so that an error comes before half of the image is written.
    if (kind === 'file' && (mode & 0o004) === 0) checkReadable(path);
    return {
      mode,
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      identity: identityOf(stat),
      links: Number(stat.nlink),
      size: Number(stat.size),
      allocated: Number(stat.blocks) * 512,
      mtime: this.#mtimeOf(stat),
      major: major(stat.rdev),
      minor: minor(stat.rdev),
      target: kind === 'symlink' ? byteStringOf(readlinkSync(path, { encoding: 'buffer' })) : NO_TARGET,
      xattrs: this.#reader.read(path, kind === 'file' || kind === 'directory'),
    };
  }

  #mtimeOf({ mtimeNs }: BigIntStats) {
    // Trees from packages have few different times; one object is shared by neighbours with the same time.
    if (mtimeNs !== this.#mtimeNs) {
      this.#mtimeNs = mtimeNs;
      this.#mtime = fromNanoseconds(mtimeNs);
    }
    return this.#mtime;
  }
}

function checkReadable(path: Buffer): void {
  // access(2) would check the real user, but reading needs the effective one.
  closeSync(openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
}

/** st_rdev as Linux's C libraries compose it: major 12 + 20 bits, minor 8 + 24 bits. */
function major(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n));
}

function minor(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n));
}
