// Reads directories with the addon in threads of libuv, which examine the next entries while the tree is made of earlier ones.

import type { ByteString } from '../bytes/index.js';
import { ANY_FILE, type FileIdentity, pathBuffer } from '../io/index.js';
import type { NativeAddon } from '../native/index.js';
import {
  type Entries,
  type EntryReader,
  type KeepBelow,
  type Listing,
  type ReadAhead,
  type ScanNote,
  SELF,
} from './entries.js';
import { ListingsAhead } from './listings-ahead.js';
import { answersIn, isDescribed, NativeEntries, namesIn } from './native-entries.js';
import { SubtreesAhead, type WantedDirectory } from './subtrees-ahead.js';
import { XattrPool } from './xattr-pool.js';

/** Entries per call; an answer has about 130 KB. */
const PART = 1024;
/** Parts of one directory that are requested ahead of the one in use. */
const AHEAD = 2;

/** The answer about a directory: its entries if they are few, otherwise only their names. */
type Answer = () => Entries | ByteString[];

/** Examines many entries with one call. */
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

  ahead(keep: KeepBelow | undefined): ReadAhead {
    if (!keep) return new SubtreesAhead(this);
    return new ListingsAhead((path, found) => {
      const directory = { path, found };
      const answers = quietly(this.#list([directory], 0, 0));
      return new NativeListing(
        this,
        directory,
        answers.then((map) => map.get(path)!),
        keep(path),
      );
    });
  }

  listMany(wanted: readonly WantedDirectory[]): Promise<ReadonlyMap<ByteString, Answer>> {
    return this.#list(wanted, PART, PART);
  }

  listing(directory: WantedDirectory, answer: Promise<Answer>): Listing {
    return new NativeListing(this, directory, answer);
  }

  notes(): ScanNote[] {
    return [];
  }

  /** The facts of entries whose names are known. */
  async describe(path: ByteString, { device, inode }: FileIdentity, names: readonly ByteString[]): Promise<Entries> {
    const answer = await this.#addon.entries(pathBuffer(path), texts(names), this.#xattrs, device, inode);
    return new NativeEntries(this.#pool, answer, () => this.#addon.release(answer.buffer));
  }

  /** Directories with at most `most` entries are described, others named. Directories below are read too, up to `budget` entries in total. */
  async #list(
    wanted: readonly WantedDirectory[],
    most: number,
    budget: number,
  ): Promise<ReadonlyMap<ByteString, Answer>> {
    const identities = Float64Array.from(wanted.flatMap(({ found }) => [found.device, found.inode]));
    const paths = texts(wanted.map(({ path }) => path));
    const bytes = await this.#addon.listings(paths, identities, most, budget, this.#xattrs);
    const answers = new Map<ByteString, Answer>();
    const release = () => {
      if (--inUse === 0) this.#addon.release(bytes.buffer);
    };
    for (const [path, answer] of answersIn(bytes)) answers.set(path, () => this.#read(answer, release));
    let inUse = answers.size;
    return answers;
  }

  #read(answer: Uint8Array, release: () => void): Entries | ByteString[] {
    if (isDescribed(answer)) return new NativeEntries(this.#pool, answer, release);
    const names = namesIn(answer);
    release();
    return names;
  }
}

/** The listing of a directory: a small one is already complete, a large one comes in parts. */
class NativeListing implements Listing {
  readonly #reader: NativeEntryReader;
  readonly #directory: WantedDirectory;
  readonly #keep: ((name: ByteString) => boolean) | undefined;
  #answer: Promise<Answer> | undefined;
  #names: readonly ByteString[] = [];
  #asked = 0;
  readonly #underWay: Promise<Entries>[] = [];

  constructor(
    reader: NativeEntryReader,
    directory: WantedDirectory,
    answer: Promise<Answer>,
    keep?: (name: ByteString) => boolean,
  ) {
    this.#reader = reader;
    this.#directory = directory;
    this.#answer = quietly(answer);
    this.#keep = keep;
  }

  async next(): Promise<Entries | undefined> {
    const answer = this.#answer && (await this.#answer)();
    this.#answer = undefined;
    if (Array.isArray(answer)) this.#names = this.#keep ? answer.filter(this.#keep) : answer;
    else if (answer) return answer;
    const { path, found } = this.#directory;
    while (this.#underWay.length <= AHEAD && this.#asked < this.#names.length) {
      const part = this.#names.slice(this.#asked, this.#asked + PART);
      this.#asked += part.length;
      this.#underWay.push(quietly(this.#reader.describe(path, found, part)));
    }
    return this.#underWay.shift();
  }
}

/** Each with a zero byte after it. */
function texts(list: readonly ByteString[]): Buffer {
  return Buffer.from(`${list.join('\0')}\0`, 'latin1');
}

/** Keeps a failure from counting as unhandled if it comes before anyone waits, or nobody ever does. */
function quietly<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
