// Extended attributes and access lists as they are read from AL fields (Arbitrary Attribute Interchange Protocol 2.0).

import { type ByteString, byteStringOf, compareBytes, concatBytes, NO_ACL_ID } from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import type { Xattr } from '../../tree/index.js';
import { ACCESS, DEFAULT, HAS_ID, KERNEL_VERSION, KINDS, NAMESPACES, SWITCH_TO_DEFAULT } from './aaip.js';
import type { UseField } from './read-system-use.js';

const CONTINUES = 1;
const TAGS: ReadonlyMap<number, number> = new Map(Object.entries(KINDS).map(([tag, kind]) => [kind, Number(tag)]));

/** The attributes that the fields of one record hold, sorted by name. */
export function attributesIn(fields: readonly UseField[]): readonly Xattr[] {
  const components = componentsIn(fields.filter(({ signature }) => signature === 'AL'));
  const xattrs: Xattr[] = [];
  for (let i = 0; i + 1 < components.length; i += 2) {
    const [name, value] = [components[i]!, components[i + 1]!];
    if (name.length === 0) xattrs.push(...accessLists(value));
    else xattrs.push({ name: attributeName(name), value });
  }
  // Private data of libisofs is not an attribute of the file.
  return xattrs.filter(({ name }) => !name.startsWith('isofs.')).sort((a, b) => compareBytes(a.name, b.name));
}

/** Names and values in turn, put together from their records, which may begin in one field and end in a later one. */
function componentsIn(fields: readonly UseField[]): Uint8Array[] {
  const records = concatBytes(fields.map(({ data }) => data.subarray(1)));
  const components: Uint8Array[] = [];
  let parts: Uint8Array[] = [];
  for (let at = 0; at + 2 <= records.length; ) {
    const end = at + 2 + records[at + 1]!;
    if (end > records.length) throw new InvalidImageError('iso9660.aaip', 'An attribute is longer than its fields.');
    parts.push(records.subarray(at + 2, end));
    if ((records[at]! & CONTINUES) === 0) {
      components.push(concatBytes(parts));
      parts = [];
    }
    at = end;
  }
  return components;
}

function attributeName(stored: Uint8Array): ByteString {
  const known = NAMESPACES.find(([, code]) => code === stored[0]);
  const rest = byteStringOf(stored.subarray(known || stored[0] === 1 ? 1 : 0));
  return ((known?.[0] ?? '') + rest) as ByteString;
}

/** Access and default list in the form that the kernel gives. */
function accessLists(stored: Uint8Array): Xattr[] {
  const lists: (readonly [tag: number, permissions: number, id: number])[][] = [[], []];
  let list = lists[0]!;
  for (let at = 0; at < stored.length; ) {
    const head = stored[at++]!;
    if (head === SWITCH_TO_DEFAULT) {
      list = lists[1]!;
      continue;
    }
    const tag = TAGS.get(head >>> 4);
    if (tag === undefined) throw new UnsupportedError('iso9660.aaip', 'An access list names its users by text.');
    const length = (head & HAS_ID) !== 0 ? (stored[at++] ?? 0) : 0;
    const id = stored.subarray(at, at + length).reduce((sum, byte) => sum * 256 + byte, 0);
    at += length;
    list.push([tag, head & 7, length > 0 ? id : NO_ACL_ID]);
  }
  return lists.flatMap((entries, i) =>
    entries.length === 0 ? [] : [{ name: (i === 0 ? ACCESS : DEFAULT) as ByteString, value: kernelList(entries) }],
  );
}

function kernelList(entries: (readonly [tag: number, permissions: number, id: number])[]): Uint8Array {
  const value = new Uint8Array(4 + entries.length * 8);
  const view = new DataView(value.buffer);
  view.setUint32(0, KERNEL_VERSION, true);
  for (const [i, [tag, permissions, id]] of entries.sort((a, b) => a[0] - b[0] || a[2] - b[2]).entries()) {
    view.setUint16(4 + i * 8, tag, true);
    view.setUint16(6 + i * 8, permissions, true);
    view.setUint32(8 + i * 8, id % 2 ** 32, true);
  }
  return value;
}
