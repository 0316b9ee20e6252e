// Paths on discs whose names are identifiers of ISO 9660 and nothing else. Systems show these in lower case, without version and without a
// dot at the end, so `/boot/grub.cfg` means `/BOOT/GRUB.CFG;1`.

import type { ByteString } from '../../bytes/index.js';
import { matchesPath, parsePattern, splitPath } from '../../tree/index.js';
import { foldersOf } from './entries.js';
import type { KeptTree } from './read-hierarchy.js';

/** The form in which names are compared. */
export function plainKey(name: ByteString): ByteString {
  return lowerCase(name.replace(/;\d*$/, '').replace(/\.$/, ''));
}

/** The form in which paths are compared, without leading slash. */
export function plainPath(path: ByteString): ByteString {
  return splitPath(path).map(plainKey).join('/') as ByteString;
}

/** Whether no two names of a directory are the same in {@link plainKey}. */
export function hasPlainNames({ kind, root }: KeptTree): boolean {
  if (kind !== 'iso9660') return false;
  return foldersOf(root).every(
    ({ entries }) => new Set(entries.map(({ name }) => plainKey(name))).size === entries.length,
  );
}

/** A test of paths by a pattern: as they are, or in any case if the names are plain. */
export function pathTest(pattern: ByteString, isPlain: boolean): (path: ByteString) => boolean {
  const exact = parsePattern(pattern);
  if (!isPlain) return (path) => matchesPath(exact, path.split('/'));
  const folded = parsePattern(foldedPattern(pattern));
  return (path) => matchesPath(exact, path.split('/')) || matchesPath(folded, plainPath(path).split('/'));
}

/** Without its version, `*;1` would match directories too, so only whole names lose theirs. */
function foldedPattern(pattern: ByteString): ByteString {
  const parts = pattern.split('/').map((part) => {
    const isName = part !== '.' && part !== '..' && !/[*?[\\]/.test(part);
    return isName ? plainKey(part as ByteString) : lowerCase(part);
  });
  return parts.join('/') as ByteString;
}

/** Bytes beyond ASCII have no case here. */
function lowerCase(text: string): ByteString {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) as ByteString;
}
