// Makes entries with the addon in a thread of libuv, a few hundred per call.

import { getSystemErrorName } from 'node:util';
import {
  addStored,
  type ExactContent,
  inOrder,
  pathBuffer,
  type Run,
  type Store,
  StoredPieces,
  storeOf,
} from '../io/index.js';
import type { NativeAddon } from '../native/index.js';
import { TYPE_BITS } from '../tree/index.js';
import {
  type EntryDirectory,
  type EntryFault,
  type EntryMaker,
  type MakeOptions,
  modeOf,
  type NewEntry,
  type Step,
} from './entry-maker.js';

/** Below this size in bytes a copy is faster than shared memory. */
const SHARED_FROM = 32 * 1024;
/** After each path. */
const END = Uint8Array.of(0);
/** Bytes of the length of a text. */
const LENGTH = 4;
/** Numbers of an entry. */
const NUMBERS = 12;
/** Flags of an entry, as `make_entries` in native/src/make.rs takes them. */
const EXISTS = 1;
const OWNER = 2;
const DATA = 4;
const STORED = 8;
/** Index of the image among the numbers of an entry. */
const IMAGE = 10;
const UNREADABLE: EntryFault = { step: 'content', errno: 'EIO' };
const NO_IMAGE = 2 ** 32;
/** Bytes of a large file that one call writes. */
const PART = 1024 * 1024;
/** As numbered in native/src/fs/make.rs. */
const STEPS: readonly (Step | undefined)[] = [
  undefined,
  'create',
  'write',
  'owner',
  'attribute',
  'mode',
  'time',
  'content',
];

export class NativeMaker implements EntryMaker {
  readonly xattrs = true;
  readonly specials = true;
  readonly nanoseconds = true;
  readonly #addon: NativeAddon;
  /** Numbers of open images. */
  readonly #images = new Map<Store, number>();

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  allocate(length: number): Uint8Array {
    return length < SHARED_FROM ? new Uint8Array(length) : this.#addon.allocate(length);
  }

  reads(content: ExactContent): boolean {
    const store = storeOf(content);
    return store !== undefined && store.fd >= 0;
  }

  async fill(fd: number, content: ExactContent, run: Run): Promise<boolean> {
    const image = this.#image(storeOf(content)!);
    const pieces = new StoredPieces();
    if (!(await addStored(content, pieces))) return false;
    const parts = inOrder(pieces.groups(PART), Math.max(2, run.jobs), ({ at, numbers }) => {
      run.signal?.throwIfAborted();
      return this.#addon.fillFile(fd, at, image, numbers);
    });
    for await (const result of parts) {
      if (result < 0) return false;
      if (result > 0) throw writeError(result);
    }
    return true;
  }

  close(): void {
    for (const image of this.#images.values()) this.#addon.closeImage(image);
    this.#images.clear();
  }

  #image(store: Store): number {
    const known = this.#images.get(store);
    if (known !== undefined) return known;
    const opened = this.#addon.openImage(store.fd, store.codec ?? '', store.mostBlock);
    this.#images.set(store, opened);
    return opened;
  }

  async make(entries: readonly NewEntry[], options: MakeOptions): Promise<(EntryFault | undefined)[]> {
    const { directories, indexes } = directoriesOf(entries);
    const paths = Buffer.concat(directories.flatMap(({ path }) => [pathBuffer(path), END]));
    const identities = Float64Array.from(directories.flatMap(({ identity }) => [identity.device, identity.inode]));
    const numbers = new Float64Array(entries.length * NUMBERS);
    for (const [i, entry] of entries.entries()) numbers.set(numbersOf(entry, indexes[i]!, options), i * NUMBERS);
    const images: number[] = [];
    const pieces = new StoredPieces();
    const unreadable = new Set<number>();
    for (const [i, { stored }] of entries.entries()) {
      if (!stored) continue;
      const place = await this.#stored(stored, images, pieces);
      if (place) numbers.set(place, i * NUMBERS + IMAGE);
      else unreadable.add(i);
    }
    const texts = measured(entries.flatMap((entry) => textsOf(entry, options)));
    const data = entries.map((entry) => entry.data).filter((bytes) => bytes !== undefined);
    const results = await this.#addon.makeEntries(paths, identities, numbers, texts, data, images, pieces.numbers);
    return Array.from(results, (result, i) => (unreadable.has(i) ? UNREADABLE : faultOf(result)));
  }

  /** Index of the image of a content, and its number of pieces; undefined if it cannot be read. */
  async #stored(
    content: ExactContent,
    images: number[],
    pieces: StoredPieces,
  ): Promise<[image: number, count: number] | undefined> {
    const before = pieces.count;
    const added = addStored(content, pieces);
    if (added !== true && !(await added)) return undefined;
    const image = this.#image(storeOf(content)!);
    if (!images.includes(image)) images.push(image);
    return [images.indexOf(image), pieces.count - before];
  }
}

/** The directories of entries, and the index of each entry's. */
function directoriesOf(entries: readonly NewEntry[]) {
  const directories: EntryDirectory[] = [];
  const indexes = entries.map(({ directory }) => {
    if (directories.at(-1) !== directory) directories.push(directory);
    return directories.length - 1;
  });
  return { directories, indexes };
}

function numbersOf({ node, data, exists, stored }: NewEntry, directory: number, options: MakeOptions): number[] {
  const { uid, gid, mtime, kind } = node;
  const [major, minor] = 'major' in node ? [node.major, node.minor] : [0, 0];
  const flags = (exists ? EXISTS : 0) | (options.owners ? OWNER : 0) | (data ? DATA : 0) | (stored ? STORED : 0);
  const xattrs = options.xattrs ? node.xattrs.length : 0;
  const mode = TYPE_BITS[kind] | modeOf(node, options);
  // An index that no image has, until it is known: such an entry is not made.
  return [directory, mode, uid, gid, mtime.seconds, mtime.nanoseconds, major, minor, flags, xattrs, NO_IMAGE, 0];
}

function textsOf({ name, node }: NewEntry, { xattrs }: MakeOptions): (string | Uint8Array)[] {
  const target = node.kind === 'symlink' ? node.target : '';
  return [name, target, ...(xattrs ? node.xattrs.flatMap((one) => [one.name, one.value]) : [])];
}

/** Texts, each after its length, in one buffer, which costs the garbage collector less than thousands of small ones. */
function measured(texts: readonly (string | Uint8Array)[]): Uint8Array {
  const all = Buffer.allocUnsafe(texts.reduce((sum, { length }) => sum + LENGTH + length, 0));
  let at = 0;
  for (const text of texts) {
    at = all.writeUInt32LE(text.length, at);
    if (typeof text === 'string') all.write(text, at, 'latin1');
    else all.set(text, at);
    at += text.length;
  }
  return all;
}

function faultOf(result: number): EntryFault | undefined {
  const step = STEPS[result >>> 16];
  return step && { step, errno: getSystemErrorName(-(result & 0xffff)) };
}

/** An error as the system's calls throw it. */
function writeError(errno: number): Error {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${code}: write`), { errno: -errno, code, syscall: 'write' });
}
