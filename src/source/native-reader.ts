// Directories read by the addon in the threads of libuv: the next entries are examined while a tree is made of earlier ones.

import type { ByteString } from '../bytes/index.js';
import { ANY_FILE, type FileIdentity, pathBuffer } from '../io/index.js';
import type { NativeAddon } from '../native/index.js';
import { type Entries, type EntryReader, type Listing, type ScanNote, SELF } from './entries.js';
import { isDescribed, NativeEntries, namesIn } from './native-entries.js';
import { XattrPool } from './xattr-pool.js';

/** Entries that are asked for with one call; the answer has some 130 KB. */
const PART = 1024;
/** Parts of one directory that are under way while another is used. */
const AHEAD = 2;

/** Looks at many entries with one call. */
export class NativeEntryReader implements EntryReader {
  readonly #pool = new XattrPool();
  readonly #addon: NativeAddon;
  readonly #xattrs: boolean;

  constructor(addon: NativeAddon, xattrs: boolean) {
    this.#addon = addon;
    this.#xattrs = xattrs;
  }

  top(path: ByteString): Promise<Entries> {
    return this.describe(path, ANY_FILE, [SELF]);
  }

  list(path: ByteString, found: FileIdentity, keep: ((name: ByteString) => boolean) | undefined): Listing {
    return new NativeListing(this, path, found, keep);
  }

  notes(): ScanNote[] {
    return [];
  }

  /** The facts of entries that have been named. */
  async describe(path: ByteString, { device, inode }: FileIdentity, names: readonly ByteString[]): Promise<Entries> {
    const asked = Buffer.from(`${names.join('\0')}\0`, 'latin1');
    const answer = await this.#addon.entries(pathBuffer(path), asked, 0, this.#xattrs, device, inode);
    return new NativeEntries(this.#addon, this.#pool, answer);
  }

  /** The facts of all entries if there are at most `most`, otherwise their names. */
  async look(path: ByteString, { device, inode }: FileIdentity, most: number): Promise<Entries | ByteString[]> {
    const answer = await this.#addon.entries(pathBuffer(path), null, most, this.#xattrs, device, inode);
    return isDescribed(answer) ? new NativeEntries(this.#addon, this.#pool, answer) : namesIn(answer);
  }
}

/** A directory of few entries comes with one call; of a larger one, names first and facts part after part. */
class NativeListing implements Listing {
  readonly #reader: NativeEntryReader;
  readonly #path: ByteString;
  readonly #found: FileIdentity;
  readonly #keep: ((name: ByteString) => boolean) | undefined;
  #first: Promise<Entries | ByteString[]> | undefined;
  #names: readonly ByteString[] = [];
  #asked = 0;
  readonly #underWay: Promise<Entries>[] = [];

  constructor(
    reader: NativeEntryReader,
    path: ByteString,
    found: FileIdentity,
    keep: ((name: ByteString) => boolean) | undefined,
  ) {
    this.#reader = reader;
    this.#path = path;
    this.#found = found;
    this.#keep = keep;
    this.#first = quietly(reader.look(path, found, keep ? 0 : PART));
  }

  async next(): Promise<Entries | undefined> {
    const first = await this.#first;
    this.#first = undefined;
    if (Array.isArray(first)) this.#names = this.#keep ? first.filter(this.#keep) : first;
    else if (first) return first;
    while (this.#underWay.length <= AHEAD && this.#asked < this.#names.length) {
      const part = this.#names.slice(this.#asked, this.#asked + PART);
      this.#asked += part.length;
      this.#underWay.push(quietly(this.#reader.describe(this.#path, this.#found, part)));
    }
    return this.#underWay.shift();
  }
}

/** It may fail before anyone waits for it, or when no one will any more. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
