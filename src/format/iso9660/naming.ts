// How the names of one directory become identifiers that are all different, and stay the same when other names come or go.

import { type ByteString, bytesOf, crc32 } from '../../bytes/index.js';

/** A name split at its last dot, as identifiers count and compare it. */
export interface NameParts {
  readonly base: string;
  readonly extension: string;
}

/** The rules of one kind of identifier. */
export interface NameScheme {
  /** The name in the allowed characters and length. */
  plain(name: ByteString, isDirectory: boolean): NameParts;
  /** `parts` with a tag at the end of its base, cut so that it still fits. */
  tagged(parts: NameParts, tag: string, isDirectory: boolean): NameParts;
  /** Characters a tag may have. */
  readonly tagLength: number;
  /** Whether the identifier says exactly what the name says. */
  isExact(name: ByteString, parts: NameParts): boolean;
  /** Bytes of the identifier. */
  identifier(parts: NameParts, isDirectory: boolean): ByteString;
}

export interface Named {
  readonly name: ByteString;
  readonly isDirectory: boolean;
}

/**
 * Identifiers for the entries of one directory, in their order. Where several names map to the same identifier, the one
 * that needs no change keeps it, and each of the others gets a tag that depends on its own name only.
 */
export function identify(entries: readonly Named[], scheme: NameScheme): NameParts[] {
  const plain = entries.map(({ name, isDirectory }) => scheme.plain(name, isDirectory));
  if (new Set(plain.map(keyOf)).size < entries.length) tellApart(plain, entries, scheme);
  return plain;
}

/** The identifier of an entry that joins others in a directory; `taken` has the keys of theirs and gets its own. */
export function uniqueIdentifier(entry: Named, taken: Set<string>, scheme: NameScheme): NameParts {
  const plain = scheme.plain(entry.name, entry.isDirectory);
  const key = keyOf(plain);
  if (taken.has(key)) return untaken(entry.name, entry.isDirectory, plain, scheme, taken);
  taken.add(key);
  return plain;
}

function tellApart(plain: NameParts[], entries: readonly Named[], scheme: NameScheme): void {
  const groups = new Map<string, number[]>();
  for (const [i, parts] of plain.entries()) {
    const key = keyOf(parts);
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  }
  const taken = new Set(groups.keys());
  for (const group of groups.values()) {
    if (group.length === 1) continue;
    for (const i of group) {
      const { name, isDirectory } = entries[i]!;
      if (!scheme.isExact(name, plain[i]!)) plain[i] = untaken(name, isDirectory, plain[i]!, scheme, taken);
    }
  }
}

function untaken(
  name: ByteString,
  isDirectory: boolean,
  parts: NameParts,
  scheme: NameScheme,
  taken: Set<string>,
): NameParts {
  for (let attempt = 0; ; attempt++) {
    const tag = tagOf(attempt === 0 ? name : (`${name}/${attempt}` as ByteString), scheme.tagLength);
    const tagged = scheme.tagged(parts, tag, isDirectory);
    const key = keyOf(tagged);
    if (taken.has(key)) continue;
    taken.add(key);
    return tagged;
  }
}

/** Directory "NAME" and file "NAME." compare as equal (ECMA-119 §9.3), so they share a key. */
export function keyOf({ base, extension }: NameParts): string {
  return `${base}.${extension}`;
}

function tagOf(name: ByteString, length: number): string {
  const number = crc32(bytesOf(name)) % 36 ** length;
  return number.toString(36).toUpperCase().padStart(length, '0');
}
