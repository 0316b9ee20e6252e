// Extended attributes of entries: through the addon, else through an optional package that knows open files only.

import { closeSync, constants, openSync } from 'node:fs';
import { type ByteString, byteStringOf, compareBytes } from '../bytes/index.js';
import type { NativeState } from '../native/index.js';
import type { Xattr } from '../tree/index.js';
import { scanError } from './errors.js';

/** What `fs-native-extensions` offers for this; names arrive decoded as UTF-8. */
interface OpenFileXattrs {
  listAttrsSync(fd: number): string[];
  getAttrSync(fd: number, name: string): Uint8Array | null;
}

/** How xattrs of one scan are read, and what had to be left out. */
export interface XattrReader {
  /** Attributes of the entry itself, sorted by name. `opens`: a regular file or directory. */
  read(path: Buffer, shown: ByteString, opens: boolean): readonly Xattr[];
  /** Whatever was not read, one sentence each; asked once, after the scan. */
  notes(): string[];
}

const NONE: readonly Xattr[] = [];
const OPEN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Reads nothing and says nothing. */
export const noXattrs: XattrReader = { read: () => NONE, notes: () => [] };

/** The best reader there is: the addon, the optional package, or none with a note. */
export async function chooseXattrReader(native: NativeState): Promise<XattrReader> {
  const { addon, reason } = native;
  if (addon) {
    const pool = new XattrPool();
    const read = (path: Buffer, shown: ByteString) => {
      try {
        const flat = addon.xattrs(path);
        return flat ? pool.list(flat) : NONE;
      } catch (error) {
        throw scanError(shown, error);
      }
    };
    return { read, notes: () => [] };
  }
  const library = await optionalPackage();
  if (library) return openFileReader(library, reason);
  const note = `Extended attributes were not read: ${reason}, and the package fs-native-extensions is not installed.`;
  return { read: () => NONE, notes: () => [note] };
}

async function optionalPackage(): Promise<OpenFileXattrs | undefined> {
  try {
    // Not a literal: the package may be absent, and it brings no types.
    const name = 'fs-native-extensions' as string;
    const loaded = (await import(name)) as { default: OpenFileXattrs };
    return loaded.default;
  } catch {
    return undefined;
  }
}

function openFileReader(library: OpenFileXattrs, reason: string): XattrReader {
  const pool = new XattrPool();
  let unopened = 0;
  let unnamed = 0;
  const read = (path: Buffer, shown: ByteString, opens: boolean) => {
    if (!opens) {
      unopened++;
      return NONE;
    }
    try {
      const { flat, lost } = readOpenFile(library, path);
      unnamed += lost;
      return flat.length > 0 ? pool.list(flat) : NONE;
    } catch (error) {
      throw scanError(shown, error);
    }
  };
  const notes = () => {
    const list: string[] = [];
    const why = `that takes the native engine (${reason})`;
    if (unopened > 0) {
      list.push(`Extended attributes of ${unopened} symbolic links, devices, pipes and sockets were not read: ${why}.`);
    }
    if (unnamed > 0) list.push(`${unnamed} extended attributes with names that are not UTF-8 were not read: ${why}.`);
    return list;
  };
  return { read, notes };
}

function readOpenFile(library: OpenFileXattrs, path: Buffer): { flat: Uint8Array[]; lost: number } {
  const fd = openSync(path, OPEN);
  try {
    const flat: Uint8Array[] = [];
    let lost = 0;
    for (const name of library.listAttrsSync(fd)) {
      const value = attributeValue(library, fd, name);
      // An invalid name comes back with U+FFFD in it, and nothing is found under that.
      if (value) flat.push(Buffer.from(name), value);
      else if (name.includes('\ufffd')) lost++;
    }
    return { flat, lost };
  } catch (error) {
    if (isUnsupported(error)) return { flat: [], lost: 0 };
    throw error;
  } finally {
    closeSync(fd);
  }
}

function attributeValue(library: OpenFileXattrs, fd: number, name: string): Uint8Array | null {
  try {
    return library.getAttrSync(fd, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENODATA') return null;
    throw error;
  }
}

function isUnsupported(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'ENOSYS';
}

/** Equal lists become one list: under SELinux every file has one, and there are a few dozen different ones. */
class XattrPool {
  static readonly #MAX_LISTS = 16_384;
  static readonly #MAX_VALUE = 256;
  readonly #lists = new Map<string, readonly Xattr[]>();

  list(flat: readonly Uint8Array[]): readonly Xattr[] {
    const key = XattrPool.#keyOf(flat);
    const known = key === undefined ? undefined : this.#lists.get(key);
    if (known) return known;
    const made: Xattr[] = [];
    for (let i = 0; i + 1 < flat.length; i += 2) {
      made.push({ name: byteStringOf(flat[i]!), value: Uint8Array.from(flat[i + 1]!) });
    }
    made.sort((a, b) => compareBytes(a.name, b.name));
    if (key !== undefined && this.#lists.size < XattrPool.#MAX_LISTS) this.#lists.set(key, made);
    return made;
  }

  /** Lengths and bytes; nothing for values too large to be worth comparing. */
  static #keyOf(flat: readonly Uint8Array[]): string | undefined {
    let key = '';
    for (const bytes of flat) {
      if (bytes.length > XattrPool.#MAX_VALUE) return undefined;
      key += `${bytes.length}:${byteStringOf(bytes)}`;
    }
    return key;
  }
}
