// Directories read with `node:fs`, entry after entry as the tree is made of them.

import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { type ByteString, byteStringOf, compareBytes, EPOCH_ZERO, fromNanoseconds } from '../bytes/index.js';
import { pathBuffer } from '../io/index.js';
import { joinPath, kindOfMode } from '../tree/index.js';
import { type Entries, type EntryFacts, type EntryReader, type Listing, SELF } from './entries.js';
import type { XattrReader } from './xattrs.js';

const NO_TARGET = '' as ByteString;

/** Looks at each entry when its turn comes. */
export class PortableEntryReader implements EntryReader {
  constructor(readonly xattrs: XattrReader) {}

  async top(path: ByteString): Promise<Entries> {
    return new PortableEntries(path, [SELF], this.xattrs);
  }

  list(path: ByteString, keep: ((name: ByteString) => boolean) | undefined): Listing {
    let isRead = false;
    const next = async () => {
      if (isRead) return undefined;
      isRead = true;
      const names = readdirSync(pathBuffer(path), { encoding: 'latin1' }) as ByteString[];
      return new PortableEntries(path, (keep ? names.filter(keep) : names).sort(compareBytes), this.xattrs);
    };
    return { next };
  }

  notes(): string[] {
    return this.xattrs.notes();
  }
}

class PortableEntries implements Entries {
  #index = -1;
  #stat: BigIntStats | undefined;
  #mtime = EPOCH_ZERO;
  #mtimeNs = 0n;

  constructor(
    readonly directory: ByteString,
    readonly names: readonly ByteString[],
    readonly reader: XattrReader,
  ) {}

  get count(): number {
    return this.names.length;
  }

  name(index: number): ByteString {
    return this.names[index]!;
  }

  facts(index: number): EntryFacts {
    const path = pathBuffer(joinPath(this.directory, this.names[index]!));
    const stat = this.#statOf(index);
    const mode = Number(stat.mode);
    const kind = kindOfMode(mode);
    // Told now, not after half an image: a file that only its owner may read.
    if (kind === 'file' && (mode & 0o004) === 0) checkReadable(path);
    return {
      mode,
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      links: Number(stat.nlink),
      size: Number(stat.size),
      allocated: Number(stat.blocks) * 512,
      mtime: this.#mtimeOf(stat),
      major: major(stat.rdev),
      minor: minor(stat.rdev),
      target: kind === 'symlink' ? byteStringOf(readlinkSync(path, { encoding: 'buffer' })) : NO_TARGET,
      xattrs: this.reader.read(path, kind === 'file' || kind === 'directory'),
    };
  }

  device(index: number): bigint {
    return this.#statOf(index).dev;
  }

  identity(index: number): bigint {
    const { dev, ino } = this.#statOf(index);
    return (dev << 64n) | ino;
  }

  isKnownDirectory(): boolean {
    return false;
  }

  close(): void {}

  /** Asked for once while one entry is being looked at. */
  #statOf(index: number): BigIntStats {
    if (this.#stat && index === this.#index) return this.#stat;
    this.#index = index;
    this.#stat = lstatSync(pathBuffer(joinPath(this.directory, this.names[index]!)), { bigint: true });
    return this.#stat;
  }

  #mtimeOf({ mtimeNs }: BigIntStats) {
    // Trees from packages have few different times; one object serves all neighbours with the same.
    if (mtimeNs !== this.#mtimeNs) {
      this.#mtimeNs = mtimeNs;
      this.#mtime = fromNanoseconds(mtimeNs);
    }
    return this.#mtime;
  }
}

function checkReadable(path: Buffer): void {
  // The effective user counts, which access(2) does not ask for.
  closeSync(openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
}

/** st_rdev as Linux's C libraries compose it: major 12 + 20 bits, minor 8 + 24 bits. */
function major(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n));
}

function minor(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n));
}
