// Extended attributes and access lists in AL fields (Arbitrary Attribute Interchange Protocol 2.0), which xorriso writes and
// restores. A kernel that mounts the disc does not look at them.
//
// The fields of one entry are one list of components, name and value in turn. A component is cut into records of flags,
// length and bytes; one of no name is the access list in a separate form.

import { type ByteString, bytesOf } from '../../bytes/index.js';
import type { Content } from '../../io/index.js';
import type { Node } from '../../tree/index.js';
import { suspField } from './susp.js';

type Xattr = Node['xattrs'][number];

const CONTINUES = 1;
/** Bytes of records in one field: the length byte counts a head of five bytes too. */
const ROOM = 250;
const RECORD_HEAD = 2;

/** First bytes of a name that stand for a namespace. 1 stands for none. */
export const NAMESPACES: readonly (readonly [string, number])[] = [
  ['system.', 2],
  ['user.', 3],
  ['isofs.', 4],
  ['trusted.', 5],
  ['security.', 6],
];
const NO_NAMESPACE = 1;

/**
 * Most bytes of components per entry. Linux follows 32 continuations of 2 KiB and then gives the entry up, so that
 * attributes it does not even look at would make a file unreadable.
 */
const MOST_BYTES = 48 * 1024;

export const ACCESS = 'system.posix_acl_access';
export const DEFAULT = 'system.posix_acl_default';

/** AL fields of a node; none without attributes. */
export function attributeFields(node: Node<Content>): Uint8Array[] {
  if (node.xattrs.length === 0) return [];
  const { components } = select(node);
  const areas: number[][] = [[]];
  for (const component of components) appendComponent(component, areas);
  return components.length === 0
    ? []
    : areas.map((area, i) => suspField('AL', Uint8Array.of(i < areas.length - 1 ? CONTINUES : 0, ...area)));
}

/** Names of attributes that do not fit. */
export function droppedAttributes(node: Node<Content>): readonly ByteString[] {
  return node.xattrs.length === 0 ? [] : select(node).dropped;
}

/** Components that fit, the access list in front, and the names of what does not fit. */
function select({ xattrs }: Node<Content>): { components: Uint8Array[]; dropped: ByteString[] } {
  const components: Uint8Array[] = [];
  const dropped: ByteString[] = [];
  let total = 0;
  const list = accessList(xattrs);
  if (list) components.push(new Uint8Array(0), list);
  for (const { name, value } of xattrs) {
    if (list && (name === ACCESS || name === DEFAULT)) continue;
    const encoded = encodedName(name);
    if (total + encoded.length + value.length > MOST_BYTES) {
      dropped.push(name);
      continue;
    }
    total += encoded.length + value.length;
    components.push(encoded, value);
  }
  return { components, dropped };
}

function encodedName(name: ByteString): Uint8Array {
  const known = NAMESPACES.find(([prefix]) => name.startsWith(prefix));
  const rest = bytesOf((known ? name.slice(known[0].length) : name) as ByteString);
  return Uint8Array.of(known?.[1] ?? NO_NAMESPACE, ...rest);
}

/** Cuts a component into records: it fills the field at hand and continues in the next. */
function appendComponent(component: Uint8Array, areas: number[][]): void {
  let at = 0;
  do {
    if (areas.at(-1)!.length + RECORD_HEAD >= ROOM) areas.push([]);
    const area = areas.at(-1)!;
    const take = Math.min(component.length - at, ROOM - area.length - RECORD_HEAD);
    const flags = at + take < component.length ? CONTINUES : 0;
    area.push(flags, take, ...component.subarray(at, at + take));
    at += take;
  } while (at < component.length);
}

/** Tags of the kernel's form, and the kinds of entries that they become; the numbered ones have an id after them. */
export const KINDS: Readonly<Record<number, number>> = { 1: 1, 2: 10, 4: 3, 8: 12, 16: 5, 32: 6 };
export const HAS_ID = 8;
export const SWITCH_TO_DEFAULT = 0x81;
export const KERNEL_VERSION = 2;
const KERNEL_HEAD = 4;
const KERNEL_ENTRY = 8;

/** Access and default list together; undefined if there is none, or if one is not in the form of the kernel. */
function accessList(xattrs: readonly Xattr[]): Uint8Array | undefined {
  const access = xattrs.find(({ name }) => name === ACCESS);
  const preset = xattrs.find(({ name }) => name === DEFAULT);
  if (!access && !preset) return undefined;
  const lists = [access, preset].map((xattr) => (xattr ? listEntries(xattr.value) : []));
  if (lists.includes(undefined)) return undefined;
  return Uint8Array.from([...lists[0]!, ...(preset ? [SWITCH_TO_DEFAULT, ...lists[1]!] : [])]);
}

function listEntries(value: Uint8Array): number[] | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const isList = value.length >= KERNEL_HEAD && (value.length - KERNEL_HEAD) % KERNEL_ENTRY === 0;
  if (!isList || view.getUint32(0, true) !== KERNEL_VERSION) return undefined;
  const entries: number[] = [];
  for (let at = KERNEL_HEAD; at < value.length; at += KERNEL_ENTRY) {
    const kind = KINDS[view.getUint16(at, true)];
    const permissions = view.getUint16(at + 2, true);
    if (kind === undefined || permissions > 7) return undefined;
    const id = kind >= 10 ? idBytes(view.getUint32(at + 4, true)) : undefined;
    entries.push((kind << 4) | (id ? HAS_ID : 0) | permissions, ...(id ? [id.length, ...id] : []));
  }
  return entries;
}

/** The shortest big-endian form. */
function idBytes(id: number): number[] {
  const bytes = [id & 0xff];
  for (let rest = Math.floor(id / 256); rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest & 0xff);
  return bytes;
}
