// File and directory identifiers of the primary hierarchy (ECMA-119 §7.5, §7.6, §10): d-characters, 8.3 or 31 characters.

import type { ByteString } from '../../bytes/index.js';
import type { NameParts, NameScheme } from './naming.js';

export type InterchangeLevel = 1 | 2 | 3;

const LONG = 30;
const SHORTEST_EXTENSION_KEPT = 15;

/** The scheme of an interchange level. Level 3 names as level 2 does; it differs in allowing several extents. */
export function isoNames(level: InterchangeLevel): NameScheme {
  const cut = level === 1 ? cutShort : cutLong;
  return {
    tagLength: level === 1 ? 4 : 6,
    plain: (name, isDirectory) => cut(split(name, isDirectory), isDirectory),
    tagged: (parts, tag, isDirectory) => {
      const room = (level === 1 ? 8 : LONG + (isDirectory ? 1 : 0) - parts.extension.length) - tag.length;
      return { base: parts.base.slice(0, room) + tag, extension: parts.extension };
    },
    isExact: (name, { base, extension }) => name === (extension === '' ? base : `${base}.${extension}`),
    identifier: ({ base, extension }, isDirectory) => (isDirectory ? base : `${base}.${extension};1`) as ByteString,
  };
}

/** The order of identifiers in a directory (ECMA-119 §9.3): as if bases and extensions were filled up with blanks. */
export function compareParts(a: NameParts, b: NameParts): number {
  return comparePadded(a.base, b.base) || comparePadded(a.extension, b.extension);
}

function comparePadded(a: string, b: string): number {
  // All allowed characters sort after the blank, so a prefix comes first, as in plain string order.
  return a < b ? -1 : a > b ? 1 : 0;
}

function split(name: ByteString, isDirectory: boolean): NameParts {
  const dot = isDirectory ? -1 : name.lastIndexOf('.');
  if (dot <= 0) return { base: dCharacters(name), extension: '' };
  return { base: dCharacters(name.slice(0, dot)), extension: dCharacters(name.slice(dot + 1)) };
}

/** What each byte becomes. Letters outside ASCII are bytes here, not letters. */
const D_CHARACTERS = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  if (byte >= 0x61 && byte <= 0x7a) return character.toUpperCase();
  return /[A-Z0-9_]/.test(character) ? character : '_';
});

function dCharacters(text: string): string {
  let mapped = '';
  for (let i = 0; i < text.length; i++) mapped += D_CHARACTERS[text.charCodeAt(i)]!;
  return mapped;
}

function cutShort({ base, extension }: NameParts): NameParts {
  return { base: base.slice(0, 8), extension: extension.slice(0, 3) };
}

function cutLong({ base, extension }: NameParts, isDirectory: boolean): NameParts {
  if (isDirectory) return { base: base.slice(0, LONG + 1), extension: '' };
  const kept = extension.slice(0, Math.max(SHORTEST_EXTENSION_KEPT, LONG - base.length));
  return { base: base.slice(0, LONG - kept.length), extension: kept };
}
