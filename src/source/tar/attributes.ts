// Extended attributes, access lists and labels in extended headers, as star, GNU tar and libarchive store them.
// https://www.gnu.org/software/tar/manual/html_node/Extended-File-Attributes.html, libarchive's tar(5), star(5).

import { type ByteString, base64Bytes, bytesOf, compareBytes, withoutEnd } from '../../bytes/index.js';
import type { Xattr } from '../../tree/index.js';
import { accessListFromText } from './acl-text.js';

/** Attributes of one entry. */
export interface EntryAttributes {
  /** Sorted by name. */
  readonly xattrs: readonly Xattr[];
  /** Permission bits that an access list gives, as when it is set; undefined without one. */
  readonly permissions: number | undefined;
  /** Keys of records that are lost. */
  readonly unread: readonly string[];
}

export const NO_ATTRIBUTES: EntryAttributes = { xattrs: [], permissions: undefined, unread: [] };

const RAW = 'SCHILY.xattr.';
const ENCODED = 'LIBARCHIVE.xattr.';
const LABEL = 'RHT.security.selinux';
const ACCESS = 'SCHILY.acl.access';
const ACCESS_LISTS: Readonly<Record<string, string>> = {
  [ACCESS]: 'system.posix_acl_access',
  'SCHILY.acl.default': 'system.posix_acl_default',
};
/** Attributes that no file system of Linux keeps: file flags, NFSv4 access lists, security descriptors of Windows. */
const FOREIGN = /^(?:SCHILY\.(?:acl\.|fflags)|RHT\.|SUN\.|SOLARIS\.|APPLE\.|MSWINDOWS\.)/;

/** Linux takes no larger ones. */
const LONGEST_NAME = 255;
const LARGEST_VALUE = 65_536;
/** Nor more names of one entry, with a NUL after each (XATTR_LIST_MAX). */
const LONGEST_LIST = 65_536;

/** Whether a record is about attributes, read here or lost. */
export function isAttributeKey(key: string): boolean {
  return key.startsWith(RAW) || key.startsWith(ENCODED) || key === LABEL || FOREIGN.test(key);
}

/** Attributes among the records of an entry. */
export function readAttributes(records: ReadonlyMap<string, ByteString>): EntryAttributes {
  if (records.size === 0) return NO_ATTRIBUTES;
  const found = new Map<string, Uint8Array>();
  const unread: string[] = [];
  let permissions: number | undefined;
  let listed = 0;
  for (const [key, value] of sortedByStrength(records)) {
    // libarchive writes both records, with the name encoded in both of them.
    if (key.startsWith(RAW) && records.has(`${ENCODED}${key.slice(RAW.length)}`)) continue;
    if (value !== '' && Object.hasOwn(ACCESS_LISTS, key)) {
      const list = accessListFromText(value);
      if (!list) unread.push(key);
      else if (key === ACCESS) permissions = list.permissions;
      // An access list of three entries is the mode.
      if (list && (list.entries > 3 || key !== ACCESS)) found.set(ACCESS_LISTS[key]!, list.value);
      continue;
    }
    const attribute = readAttribute(key, value);
    if (attribute === 'none') continue;
    listed += attribute ? attribute.name.length + 1 : 0;
    if (attribute && isPossible(attribute) && listed <= LONGEST_LIST) found.set(attribute.name, attribute.value);
    else unread.push(key);
  }
  const xattrs = [...found].map(([name, value]) => ({ name: name as ByteString, value }));
  // GNU tar writes a list both as text with names and as the attribute.
  const lost = unread.filter((key) => !found.has(ACCESS_LISTS[key] ?? ''));
  return { xattrs: xattrs.sort((a, b) => compareBytes(a.name, b.name)), permissions, unread: lost };
}

/** Weaker forms first: of two records of one attribute the form that keeps every byte counts. */
function sortedByStrength(records: ReadonlyMap<string, ByteString>): (readonly [string, ByteString])[] {
  const strength = (key: string) => (key.startsWith(ENCODED) ? 2 : key.startsWith(RAW) ? 1 : 0);
  return [...records].sort(([a], [b]) => strength(a) - strength(b));
}

function readAttribute(key: string, value: ByteString): Xattr | 'none' | undefined {
  if (key.startsWith(RAW)) return { name: gnuName(key.slice(RAW.length)), value: bytesOf(value) };
  if (key.startsWith(ENCODED)) {
    return { name: percentDecoded(key.slice(ENCODED.length)), value: base64Bytes(value) };
  }
  // An empty value takes back what a global header says.
  if (value === '') return 'none';
  // The label as the kernel has it, with a NUL at its end.
  if (key === LABEL) {
    return { name: 'security.selinux' as ByteString, value: bytesOf(`${withoutEnd(value, '\0')}\0` as ByteString) };
  }
  return undefined;
}

function isPossible({ name, value }: Xattr): boolean {
  return /^[^.\0]+\.[^\0]+$/.test(name) && name.length <= LONGEST_NAME && value.length <= LARGEST_VALUE;
}

/** GNU tar encodes two characters in names; libarchive and star encode none in these records. */
function gnuName(name: string): ByteString {
  return name.replaceAll('%3D', '=').replaceAll('%25', '%') as ByteString;
}

function percentDecoded(name: string): ByteString {
  return name.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  ) as ByteString;
}
