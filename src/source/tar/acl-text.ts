// POSIX access lists as text, acl(5), and as values of the attributes system.posix_acl_….

import { ACL_ENTRY, ACL_HEADER, ACL_TAG, ACL_VERSION, type ByteString, NO_ACL_ID } from '../../bytes/index.js';

const { owner: OWNER, group: GROUP, mask: MASK, others: OTHERS } = ACL_TAG;
/** Of an owner, a group or anybody; of named users and groups. */
const TAGS: Readonly<Record<string, readonly [tag: number, named: number | undefined]>> = {
  user: [OWNER, ACL_TAG.namedUser],
  u: [OWNER, ACL_TAG.namedUser],
  group: [GROUP, ACL_TAG.namedGroup],
  g: [GROUP, ACL_TAG.namedGroup],
  mask: [MASK, undefined],
  m: [MASK, undefined],
  other: [OTHERS, undefined],
  o: [OTHERS, undefined],
};
const REQUIRED: readonly number[] = [OWNER, GROUP, OTHERS];

export interface AccessList {
  /** Of the extended attribute. */
  readonly value: Uint8Array;
  readonly entries: number;
  /** Permission bits of a file that has it as its access list. */
  readonly permissions: number;
}

interface AclEntry {
  readonly tag: number;
  readonly permissions: number;
  readonly id: number;
}

/**
 * Entries separated by commas or line feeds, each `TAG:NAME:rwx` and in star's form with the number after it. Undefined
 * for what is not a whole access list, and for users and groups that only have a name: their numbers are those of another
 * machine.
 */
export function accessListFromText(text: ByteString): AccessList | undefined {
  const lines = text.split(/[\n,]/).map((line) => line.replace(/#.*/, '').trim());
  const entries: AclEntry[] = [];
  for (const line of lines) {
    if (line === '') continue;
    const entry = entryOf(line.split(':'));
    if (!entry) return undefined;
    entries.push(entry);
  }
  entries.sort((a, b) => a.tag - b.tag || a.id - b.id);
  if (!isWhole(entries)) return undefined;
  return { value: encoded(entries), entries: entries.length, permissions: permissionsOf(entries) };
}

/** The mode of a file with the list: a mask takes the place of the group. */
function permissionsOf(entries: readonly AclEntry[]): number {
  const bits = (wanted: number) => entries.find(({ tag }) => tag === wanted)?.permissions;
  return (bits(OWNER)! << 6) | ((bits(MASK) ?? bits(GROUP)!) << 3) | bits(OTHERS)!;
}

function entryOf([tag = '', ...rest]: readonly string[]): AclEntry | undefined {
  const known = Object.hasOwn(TAGS, tag) ? TAGS[tag] : undefined;
  if (!known) return undefined;
  // Solaris leaves out the empty name of mask and other.
  const [name = '', permissions = '', id] = rest.length === 1 ? ['', ...rest] : rest;
  if (!/^[r-][w-][xX-]$/.test(permissions)) return undefined;
  const bits = [...permissions].reduce((sum, one) => sum * 2 + (one === '-' ? 0 : 1), 0);
  const [plain, named] = known;
  if (name === '') return { tag: plain, permissions: bits, id: NO_ACL_ID };
  const number = id ?? (name === 'root' ? '0' : name);
  if (named === undefined || !/^\d{1,10}$/.test(number) || Number(number) >= NO_ACL_ID) return undefined;
  return { tag: named, permissions: bits, id: Number(number) };
}

/** One entry each for owner, group and others, nobody twice, and a mask where somebody is named. */
function isWhole(entries: readonly AclEntry[]): boolean {
  const twice = entries.some(({ tag, id }, i) => tag === entries[i + 1]?.tag && id === entries[i + 1]?.id);
  const has = (wanted: number) => entries.some(({ tag }) => tag === wanted);
  const needsMask = entries.some(({ id }) => id !== NO_ACL_ID);
  return !twice && REQUIRED.every(has) && (!needsMask || has(MASK));
}

function encoded(entries: readonly AclEntry[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(ACL_HEADER + entries.length * ACL_ENTRY));
  view.setUint32(0, ACL_VERSION, true);
  for (const [i, { tag, permissions, id }] of entries.entries()) {
    view.setUint16(ACL_HEADER + i * ACL_ENTRY, tag, true);
    view.setUint16(ACL_HEADER + i * ACL_ENTRY + 2, permissions, true);
    view.setUint32(ACL_HEADER + i * ACL_ENTRY + 4, id, true);
  }
  return new Uint8Array(view.buffer);
}

/** Tags of entries, and those whose entries name somebody. */
const WORDS: ReadonlyMap<number, string> = new Map(
  Object.entries(TAGS).flatMap(([word, tags]) =>
    word.length === 1 ? [] : tags.flatMap((tag) => (tag === undefined ? [] : [[tag, word] as const])),
  ),
);

/** Entries as star's form has them, separated by commas; undefined for a value that is not an access list. */
export function accessListText(value: Uint8Array): ByteString | undefined {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  if (
    value.length < ACL_HEADER ||
    (value.length - ACL_HEADER) % ACL_ENTRY !== 0 ||
    view.getUint32(0, true) !== ACL_VERSION
  ) {
    return undefined;
  }
  const entries: string[] = [];
  for (let at = ACL_HEADER; at < value.length; at += ACL_ENTRY) {
    const tag = view.getUint16(at, true);
    const [word, id] = [WORDS.get(tag), view.getUint32(at + 4, true)];
    if (word === undefined) return undefined;
    const bits = view.getUint16(at + 2, true);
    const permissions = (bits & 4 ? 'r' : '-') + (bits & 2 ? 'w' : '-') + (bits & 1 ? 'x' : '-');
    const isNamed = TAGS[word]![1] === tag;
    entries.push(isNamed ? `${word}:${id}:${permissions}:${id}` : `${word}::${permissions}`);
  }
  return entries.join(',') as ByteString;
}
