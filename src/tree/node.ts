// The nodes of a file tree. Nodes are values: planners and readers never write to them.
// A hard link is the same Node object under a second name.

import { type ByteString, compareBytes, EPOCH_ZERO, type Timestamp } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import type { Content, ExactContent, SealedOpenContent } from '../io/index.js';

/** One extended attribute with its full name, `user.mime_type`. Values are as the kernel's getxattr gives them. */
export interface Xattr {
  readonly name: ByteString;
  readonly value: Uint8Array;
}

/** Attributes of every kind of entry. */
export interface Attributes {
  /** Permission bits with setuid, setgid and sticky: 0…0o7777. The file type is the node's `kind`. */
  readonly mode: number;
  /** 32 bits. */
  readonly uid: number;
  /** 32 bits. */
  readonly gid: number;
  readonly mtime: Timestamp;
  /** Sorted by name, no name twice. */
  readonly xattrs: readonly Xattr[];
}

/** A directory and its entries. */
export interface Directory<C extends Content = ExactContent> extends Attributes {
  readonly kind: 'directory';
  /** Sorted by name in byte order. */
  readonly entries: ReadonlyMap<ByteString, Node<C>>;
  /** Made only to hold entries below it; in an overlay its attributes give way to a real directory's. */
  readonly implied?: true;
}

/** A regular file and its content. */
export interface File<C extends Content = ExactContent> extends Attributes {
  readonly kind: 'file';
  readonly content: C;
}

/** A symbolic link. */
export interface Symlink extends Attributes {
  readonly kind: 'symlink';
  readonly target: ByteString;
}

/** Kinds of entries that have neither content nor entries nor a target. */
export type SpecialKind = 'block-device' | 'character-device' | 'fifo' | 'socket';

/** A device, a pipe or a socket. */
export interface Special extends Attributes {
  readonly kind: SpecialKind;
  /** Device numbers; 0 for fifos and sockets. */
  readonly major: number;
  readonly minor: number;
}

/** An entry of a tree, without its name. */
export type Node<C extends Content = ExactContent> = Directory<C> | File<C> | Symlink | Special;

const NO_XATTRS: readonly Xattr[] = [];

/** Attributes with defaults: owned by root, mtime 1970, no xattrs. */
export function attributes(given: Partial<Attributes> & { readonly mode: number }): Attributes {
  return withDefaults(given.mode, given);
}

function withDefaults(mode: number, given: Partial<Attributes>): Attributes {
  return {
    mode: given.mode ?? mode,
    uid: given.uid ?? 0,
    gid: given.gid ?? 0,
    mtime: given.mtime ?? EPOCH_ZERO,
    xattrs: given.xattrs && given.xattrs.length > 0 ? sortedXattrs(given.xattrs) : NO_XATTRS,
  };
}

/** A list that is sorted already is shared, not copied: many entries have the same. */
function sortedXattrs(xattrs: readonly Xattr[]): readonly Xattr[] {
  const inOrder = xattrs.every((xattr, i) => i === 0 || xattrs[i - 1]!.name < xattr.name);
  return inOrder ? xattrs : [...xattrs].sort((a, b) => compareBytes(a.name, b.name));
}

// Written out, without spreading attributes into them: only so all nodes of a kind have the same compact form.

/** A directory; entries may come in any order. Refuses names that no file system can hold, and a name given twice. */
export function directory<C extends Content = ExactContent>(
  given: Partial<Attributes>,
  entries: Iterable<readonly [ByteString, Node<C>]> = [],
): Directory<C> {
  const { mode, uid, gid, mtime, xattrs } = withDefaults(0o755, given);
  return { kind: 'directory', mode, uid, gid, mtime, xattrs, entries: sortedEntries(entries) };
}

/**
 * A file. Throws {@link InvalidInputError} for open content with seals, such as a tagged ISO with a compressed squashfs in it: its
 * seals would be missing inside another image.
 */
export function file<C extends Content>(
  content: C extends SealedOpenContent ? never : C,
  given: Partial<Attributes> = {},
): File<C> {
  if (content.size === undefined && 'seals' in content) throw sealedOpenContent();
  const { mode, uid, gid, mtime, xattrs } = withDefaults(0o644, given);
  return { kind: 'file', mode, uid, gid, mtime, xattrs, content };
}

function sealedOpenContent(): InvalidInputError {
  const message = 'An image whose size is known only at its end cannot be sealed as a file of another image.';
  return new InvalidInputError('tree.sealed-open-content', message, {
    hint: 'Write the sealed image first and use the file, or nest it without seals.',
  });
}

export function symlink(target: ByteString, given: Partial<Attributes> = {}): Symlink {
  const { mode, uid, gid, mtime, xattrs } = withDefaults(0o777, given);
  return { kind: 'symlink', mode, uid, gid, mtime, xattrs, target };
}

/** A device with its numbers, a pipe or a socket. */
export function special(kind: SpecialKind, given: Partial<Attributes> = {}, major = 0, minor = 0): Special {
  const { mode, uid, gid, mtime, xattrs } = withDefaults(0o644, given);
  return { kind, mode, uid, gid, mtime, xattrs, major, minor };
}

function sortedEntries<C extends Content>(entries: Iterable<readonly [ByteString, Node<C>]>): Map<ByteString, Node<C>> {
  const list = [...entries];
  // Most readers have them in this order: then nothing is sorted, and few comparisons are made.
  if (!list.every(([name], i) => i === 0 || list[i - 1]![0] < name)) list.sort(([a], [b]) => compareBytes(a, b));
  for (const [name] of list) checkEntryName(name);
  const map = new Map(list);
  if (map.size !== list.length) {
    const twice = list.find(([name], i) => list[i + 1]?.[0] === name)![0];
    throw new InvalidInputError('tree.name-twice', `A directory has two entries named "${twice}".`, { path: twice });
  }
  return map;
}

/** Throws {@link InvalidInputError} `tree.bad-name` for a name that no entry can have, such as `..`. */
export function checkEntryName(name: ByteString): void {
  if (!isEntryName(name)) {
    throw new InvalidInputError('tree.bad-name', `"${name}" cannot be the name of a directory entry.`, { path: name });
  }
}

/** Whether an entry of a directory can have the name. */
export function isEntryName(name: ByteString): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('/') && !name.includes('\0');
}
