// Reads extended attributes without the addon, through an optional package that only takes open files.

import { closeSync, constants, openSync } from 'node:fs';
import { concatBytes, fromText } from '../bytes/index.js';
import { foreignRuntime } from '../native/index.js';
import type { Xattr } from '../tree/index.js';
import type { ScanNote } from './entries.js';
import { NO_XATTRS, packXattr, XattrPool } from './xattr-pool.js';

/** The interface of `fs-native-extensions`; names arrive decoded as UTF-8. */
interface OpenFileXattrs {
  listAttrsSync(fd: number): string[];
  getAttrSync(fd: number, name: string): Uint8Array | null;
}

/** Reads extended attributes for one scan, and notes what it has to leave out. */
export interface XattrReader {
  /** Attributes of the entry itself, sorted by name. `opens`: a regular file or directory. Throws the system's error. */
  read(path: Buffer, opens: boolean): readonly Xattr[];
  /** One sentence for each kind of attribute that was not read; called once, after the scan. */
  notes(): ScanNote[];
}

const OPEN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Reads no attributes, and has no notes. */
export const noXattrs: XattrReader = { read: () => NO_XATTRS, notes: () => [] };

/** The best reader without the addon, which is missing for `reason`: the optional package, or a reader that only has a note. */
export async function choosePortableXattrs(reason: string): Promise<XattrReader> {
  const library = await optionalPackage();
  if (library) return new OpenFileReader(library, reason);
  const runtime = foreignRuntime();
  const why = runtime ? reason : `${reason}, and the package fs-native-extensions is not installed`;
  const text = `Extended attributes were not read: ${why}.`;
  return { read: () => NO_XATTRS, notes: () => [{ text, lost: true }] };
}

async function optionalPackage(): Promise<OpenFileXattrs | undefined> {
  if (foreignRuntime()) return undefined;
  try {
    // Not a literal, so that the compiler does not look for the package: it may be absent, and has no types.
    const name = 'fs-native-extensions' as string;
    const loaded = (await import(name)) as { default: OpenFileXattrs };
    return loaded.default;
  } catch {
    return undefined;
  }
}

class OpenFileReader implements XattrReader {
  readonly #pool = new XattrPool();
  readonly #library: OpenFileXattrs;
  readonly #reason: string;
  #unopened = 0;
  #unnamed = 0;

  constructor(library: OpenFileXattrs, reason: string) {
    this.#library = library;
    this.#reason = reason;
  }

  read(path: Buffer, opens: boolean): readonly Xattr[] {
    if (!opens) {
      this.#unopened++;
      return NO_XATTRS;
    }
    const fd = openSync(path, OPEN);
    try {
      return this.#pool.list(this.#packed(fd));
    } catch (error) {
      if (isUnsupported(error)) return NO_XATTRS;
      throw error;
    } finally {
      closeSync(fd);
    }
  }

  notes(): ScanNote[] {
    const list: ScanNote[] = [];
    const why = `that takes the native engine (${this.#reason})`;
    if (this.#unopened > 0) {
      const what = `${this.#unopened} symbolic links, devices, pipes and sockets`;
      list.push({ text: `Extended attributes of ${what} were not read: ${why}.`, lost: false });
    }
    if (this.#unnamed > 0) {
      const text = `${this.#unnamed} extended attributes with names that are not UTF-8 were not read: ${why}.`;
      list.push({ text, lost: true });
    }
    return list;
  }

  #packed(fd: number): Uint8Array {
    const packed: Uint8Array[] = [];
    for (const name of this.#library.listAttrsSync(fd)) {
      const value = attributeValue(this.#library, fd, name);
      // A name that is not UTF-8 comes back with U+FFFD, and no attribute has that name.
      if (value) packed.push(packXattr(fromText(name), value));
      else if (name.includes('\ufffd')) this.#unnamed++;
    }
    return concatBytes(packed);
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
