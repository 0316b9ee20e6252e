// Makes entries with the addon in a thread of libuv, a few hundred per call.

import { getSystemErrorName } from 'node:util';
import { pathBuffer } from '../io/index.js';
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
const NUMBERS = 10;
/** Flags of an entry, as `make_entries` in native/src/make.rs takes them. */
const EXISTS = 1;
const OWNER = 2;
const DATA = 4;
/** As numbered in native/src/fs/make.rs. */
const STEPS: readonly (Step | undefined)[] = [undefined, 'create', 'write', 'owner', 'attribute', 'mode', 'time'];

export class NativeMaker implements EntryMaker {
  readonly xattrs = true;
  readonly specials = true;
  readonly nanoseconds = true;
  readonly #addon: NativeAddon;

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  allocate(length: number): Uint8Array {
    return length < SHARED_FROM ? new Uint8Array(length) : this.#addon.allocate(length);
  }

  async make(entries: readonly NewEntry[], options: MakeOptions): Promise<(EntryFault | undefined)[]> {
    const { directories, indexes } = directoriesOf(entries);
    const paths = Buffer.concat(directories.flatMap(({ path }) => [pathBuffer(path), END]));
    const identities = Float64Array.from(directories.flatMap(({ identity }) => [identity.device, identity.inode]));
    const numbers = new Float64Array(entries.length * NUMBERS);
    for (const [i, entry] of entries.entries()) numbers.set(numbersOf(entry, indexes[i]!, options), i * NUMBERS);
    const texts = measured(entries.flatMap((entry) => textsOf(entry, options)));
    const data = entries.map((entry) => entry.data).filter((bytes) => bytes !== undefined);
    const results = await this.#addon.makeEntries(paths, identities, numbers, texts, data);
    return Array.from(results, faultOf);
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

function numbersOf({ node, data, exists }: NewEntry, directory: number, options: MakeOptions): number[] {
  const { uid, gid, mtime, kind } = node;
  const [major, minor] = 'major' in node ? [node.major, node.minor] : [0, 0];
  const flags = (exists ? EXISTS : 0) | (options.owners ? OWNER : 0) | (data ? DATA : 0);
  const xattrs = options.xattrs ? node.xattrs.length : 0;
  const mode = TYPE_BITS[kind] | modeOf(node, options);
  return [directory, mode, uid, gid, mtime.seconds, mtime.nanoseconds, major, minor, flags, xattrs];
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
