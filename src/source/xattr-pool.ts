// Keeps each list of extended attributes once.

import { type ByteString, byteStringOf, compareBytes } from '../bytes/index.js';
import type { Xattr } from '../tree/index.js';

/** The list of an entry that has none. */
export const NO_XATTRS: readonly Xattr[] = [];

/** Longer lists hardly ever repeat, so they are not kept. */
const MAX_KEY = 1024;
const MAX_LISTS = 16_384;

/** Makes equal lists one object: with SELinux every file has a list, but only a few dozen are different. */
export class XattrPool {
  readonly #lists = new Map<string, readonly Xattr[]>();

  /** The list in `packed`: of each attribute the name, a zero byte, the length of the value in 32 bits, and the value. */
  list(packed: Uint8Array): readonly Xattr[] {
    if (packed.length === 0) return NO_XATTRS;
    if (packed.length > MAX_KEY) return unpacked(packed);
    const key = byteStringOf(packed);
    const known = this.#lists.get(key);
    if (known) return known;
    const made = unpacked(packed);
    if (this.#lists.size < MAX_LISTS) this.#lists.set(key, made);
    return made;
  }
}

function unpacked(packed: Uint8Array): Xattr[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const list: Xattr[] = [];
  for (let at = 0; at < packed.length; ) {
    const nameEnd = packed.indexOf(0, at);
    const start = nameEnd + 1 + 4;
    const end = start + view.getUint32(nameEnd + 1, true);
    // Copied, as slice() of a Buffer would not: the bytes are those of a whole directory.
    list.push({
      name: byteStringOf(packed.subarray(at, nameEnd)),
      value: Uint8Array.from(packed.subarray(start, end)),
    });
    at = end;
  }
  return list.sort((a, b) => compareBytes(a.name, b.name));
}

/** One attribute as {@link XattrPool.list} takes it. */
export function packXattr(name: ByteString, value: Uint8Array): Uint8Array {
  const packed = new Uint8Array(name.length + 1 + 4 + value.length);
  for (let i = 0; i < name.length; i++) packed[i] = name.charCodeAt(i);
  new DataView(packed.buffer).setUint32(name.length + 1, value.length, true);
  packed.set(value, name.length + 1 + 4);
  return packed;
}
