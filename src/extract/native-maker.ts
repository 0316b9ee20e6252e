// Makes entries with the addon in a thread of libuv, a few hundred per call.

import { getSystemErrorName } from 'node:util';
import { addStored, type ExactContent, inOrder, pathBuffer, type Store, StoredPieces, storeOf } from '../io/index.js';
import type { NativeAddon } from '../native/index.js';
import { TYPE_BITS } from '../tree/index.js';
import {
  type EntryDirectory,
  type EntryFault,
  type EntryMaker,
  type FileWriting,
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

  async fill(fd: number, content: ExactContent, { run, written }: FileWriting): Promise<boolean> {
    const image = this.#image(storeOf(content)!);
    const pieces = new StoredPieces();
    if (!(await addStored(content, pieces))) return false;
    const parts = inOrder(pieces.groups(PART), Math.max(2, run.jobs), async ({ at, numbers }) => {
      run.signal?.throwIfAborted();
      return { at, result: await this.#addon.fillFile(fd, at, image, numbers) };
    });
    for await (const { at, result } of parts) {
      if (result < 0) return false;
      if (result > 0) throw writeError(result);
      // All before this part.
      written(at);
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
    const texts = new Texts();
    const data: Uint8Array[] = [];
    const stored = new StoredContents((store) => this.#image(store));
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      setNumbers(numbers, i * NUMBERS, entry, indexes[i]!, options);
      addTexts(texts, entry, options);
      if (entry.data) data.push(entry.data);
      // Rarely a promise: one for each of many files would cost more than the rest.
      const adding = entry.stored && stored.add(entry.stored, i, numbers);
      if (adding) await adding;
    }
    const { images, pieces, unreadable } = stored;
    const all = texts.bytes;
    const results = await this.#addon.makeEntries(paths, identities, numbers, all, data, images, pieces.numbers);
    return Array.from(results, (result, i) => (unreadable.has(i) ? UNREADABLE : faultOf(result)));
  }
}

/** The stored contents of the entries of a call. */
class StoredContents {
  /** Numbers of images, for the addon. */
  readonly images: number[] = [];
  readonly pieces = new StoredPieces();
  /** Indexes of entries whose content cannot be read. */
  readonly unreadable = new Set<number>();
  readonly #imageOf: (store: Store) => number;

  constructor(imageOf: (store: Store) => number) {
    this.#imageOf = imageOf;
  }

  /** Adds the content of an entry, and sets its numbers. */
  add(content: ExactContent, entry: number, numbers: Float64Array): Promise<void> | undefined {
    const before = this.pieces.count;
    const added = addStored(content, this.pieces);
    if (typeof added !== 'boolean') return added.then((isAdded) => this.#set(isAdded, content, entry, before, numbers));
    this.#set(added, content, entry, before, numbers);
    return undefined;
  }

  #set(isAdded: boolean, content: ExactContent, entry: number, before: number, numbers: Float64Array): void {
    if (!isAdded) {
      this.unreadable.add(entry);
      return;
    }
    const image = this.#imageOf(storeOf(content)!);
    if (!this.images.includes(image)) this.images.push(image);
    numbers[entry * NUMBERS + IMAGE] = this.images.indexOf(image);
    numbers[entry * NUMBERS + IMAGE + 1] = this.pieces.count - before;
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

function setNumbers(
  numbers: Float64Array,
  at: number,
  { node, data, exists, stored }: NewEntry,
  directory: number,
  options: MakeOptions,
): void {
  const { uid, gid, mtime, kind } = node;
  numbers[at] = directory;
  numbers[at + 1] = TYPE_BITS[kind] | modeOf(node, options);
  numbers[at + 2] = uid;
  numbers[at + 3] = gid;
  numbers[at + 4] = mtime.seconds;
  numbers[at + 5] = mtime.nanoseconds;
  if ('major' in node) {
    numbers[at + 6] = node.major;
    numbers[at + 7] = node.minor;
  }
  numbers[at + 8] = (exists ? EXISTS : 0) | (options.owners ? OWNER : 0) | (data ? DATA : 0) | (stored ? STORED : 0);
  numbers[at + 9] = options.xattrs ? node.xattrs.length : 0;
  // Until it is known: an entry without its image is not made.
  numbers[at + IMAGE] = NO_IMAGE;
}

function addTexts(texts: Texts, { name, node }: NewEntry, { xattrs }: MakeOptions): void {
  texts.add(name);
  texts.add(node.kind === 'symlink' ? node.target : '');
  if (!xattrs) return;
  for (const one of node.xattrs) {
    texts.add(one.name);
    texts.add(one.value);
  }
}

/** Texts, each after its length, in one buffer, which costs the garbage collector less than thousands of small ones. */
class Texts {
  #all = Buffer.allocUnsafe(8192);
  #end = 0;

  get bytes(): Uint8Array {
    return this.#all.subarray(0, this.#end);
  }

  add(text: string | Uint8Array): void {
    const { length } = text;
    const end = this.#end + LENGTH + length;
    if (end > this.#all.length) {
      const larger = Buffer.allocUnsafe(2 * end);
      this.#all.copy(larger, 0, 0, this.#end);
      this.#all = larger;
    }
    const at = this.#all.writeUInt32LE(length, this.#end);
    if (typeof text !== 'string') this.#all.set(text, at);
    else if (length > 0) this.#all.write(text, at, 'latin1');
    this.#end = end;
  }
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
