// Makes entries with the addon in a thread of libuv, a few hundred per call.

import { getSystemErrorName } from 'node:util';
import { type HeldDirectory, pathBuffer } from '../io/index.js';
import type { NativeAddon } from '../native/index.js';
import { TYPE_BITS } from '../tree/index.js';
import { type EntryFault, type EntryMaker, type MakeOptions, modeOf, type NewEntry, type Step } from './entry-maker.js';

/** Bytes of the length of a text. */
const LENGTH = 4;
/** Flags of an entry, as `make_entries` in native/src/make.rs takes them. */
const EXISTS = 1;
const OWNER = 2;
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
    return this.#addon.allocate(length);
  }

  async make(
    { path, identity: { device, inode } }: HeldDirectory,
    entries: readonly NewEntry[],
    options: MakeOptions,
  ): Promise<(EntryFault | undefined)[]> {
    const data = memoryOf(entries);
    const numbers = Float64Array.from(entries.flatMap((entry) => numbersOf(entry, data, options)));
    const texts = measured(entries.flatMap((entry) => textsOf(entry, options)));
    const results = await this.#addon.makeEntries(pathBuffer(path), device, inode, numbers, texts, data);
    return Array.from(results, faultOf);
  }
}

/** The memory of the data of all entries. */
function memoryOf(entries: readonly NewEntry[]): Uint8Array {
  const some = entries.find(({ data }) => data)?.data;
  return some ? new Uint8Array(some.buffer) : new Uint8Array();
}

function numbersOf({ node, data, exists }: NewEntry, { length }: Uint8Array, options: MakeOptions): number[] {
  const { uid, gid, mtime, kind } = node;
  const [major, minor] = 'major' in node ? [node.major, node.minor] : [0, 0];
  const flags = (exists ? EXISTS : 0) | (options.owners ? OWNER : 0);
  const xattrs = options.xattrs ? node.xattrs.length : 0;
  const [at, bytes] = data && length > 0 ? [data.byteOffset, data.length] : [0, 0];
  const mode = TYPE_BITS[kind] | modeOf(node, options);
  return [mode, uid, gid, mtime.seconds, mtime.nanoseconds, major, minor, at, bytes, flags, xattrs];
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
