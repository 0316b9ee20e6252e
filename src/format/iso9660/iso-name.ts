// File and directory identifiers of the primary hierarchy (ECMA-119 §7.5, §7.6, §10): d-characters, 8.3 or 31 characters.

import type { ByteString } from '../../bytes/index.js';
import type { NameParts, NameScheme } from './naming.js';

/** 4 is ISO 9660:1999 with its enhanced volume descriptor. */
export type InterchangeLevel = 1 | 2 | 3 | 4;

/**
 * Rules of the standard that may be broken one by one: lower-case letters, more than one dot, every printable ASCII
 * character, no version number, no dot after a name without extension, 37 characters (which leaves no room for a version).
 */
export const RELAXATIONS = ['lowercase', 'multiple-dots', 'ascii', 'omit-version', 'omit-period', 'long'] as const;
/** A rule of ISO 9660 names that can be set aside, as mkisofs names it. */
export type Relaxation = (typeof RELAXATIONS)[number];

const LONG = 30;
const LONGER = 37;
/** Most characters of level 4 after the head of a record; system use fields need room for a pointer to their continuation. */
const LONGEST = 207;
const LONGEST_WITH_SYSTEM_USE = 193;
export const SHORTEST_EXTENSION_KEPT = 15;

export interface NameRules {
  readonly level: InterchangeLevel;
  readonly relax: readonly Relaxation[];
  /** Whether Rock Ridge shares the records. */
  readonly systemUse: boolean;
}

/** The scheme of an interchange level. Level 3 names as level 2 does; it differs in allowing several extents. */
export function isoNames({ level, relax, systemUse }: NameRules): NameScheme {
  const allowed = (rule: Relaxation) => level === 4 || relax.includes(rule);
  const characters = { lowercase: allowed('lowercase'), ascii: allowed('ascii') };
  const base = mapping({ ...characters, dots: allowed('multiple-dots') });
  const extension = mapping({ ...characters, dots: false });
  const longest =
    level === 4 ? (systemUse ? LONGEST_WITH_SYSTEM_USE : LONGEST) : relax.includes('long') ? LONGER - 1 : LONG;
  const version = allowed('omit-version') || relax.includes('long') ? '' : ';1';
  const period = allowed('omit-period') ? '' : '.';
  const cut = level === 1 ? cutShort : cutLong(level === 4 ? longest - 1 : longest);
  return {
    tagLength: level === 1 ? 4 : 6,
    plain: (name, isDirectory) => {
      const dot = isDirectory ? -1 : name.lastIndexOf('.');
      const parts =
        dot <= 0
          ? { base: base(name), extension: '' }
          : { base: base(name.slice(0, dot)), extension: extension(name.slice(dot + 1)) };
      return cut(parts, isDirectory);
    },
    tagged: (parts, tag, isDirectory) => {
      const most = level === 4 ? longest - 1 : longest;
      const room = (level === 1 ? 8 : most + (isDirectory ? 1 : 0) - parts.extension.length) - tag.length;
      return { base: parts.base.slice(0, room) + tag, extension: parts.extension };
    },
    isExact: (name, { base, extension }) => name === (extension === '' ? base : `${base}.${extension}`),
    identifier: ({ base, extension }, isDirectory) => {
      if (isDirectory) return base as ByteString;
      return `${base}${extension === '' ? period : `.${extension}`}${version}` as ByteString;
    },
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

interface AllowedCharacters {
  readonly lowercase: boolean;
  readonly ascii: boolean;
  readonly dots: boolean;
}

/** A part of a name with underscores for characters that are not allowed. Bytes outside ASCII are not letters. */
function mapping({ lowercase, ascii, dots }: AllowedCharacters): (text: string) => string {
  const forbidden = new RegExp(ascii ? `[^!-~]|[*/;?${dots ? '' : '.'}]` : `[^\\w${dots ? '.' : ''}]`, 'g');
  if (lowercase) return (text) => text.replace(forbidden, '_');
  return (text) => text.replace(forbidden, '_').toUpperCase();
}

function cutShort({ base, extension }: NameParts): NameParts {
  return { base: base.slice(0, 8), extension: extension.slice(0, 3) };
}

/** Base and extension together get `longest` characters; a directory, which has no dot, one more. */
function cutLong(longest: number): (parts: NameParts, isDirectory: boolean) => NameParts {
  return ({ base, extension }, isDirectory) => {
    if (isDirectory) return { base: base.slice(0, longest + 1), extension: '' };
    const kept = extension.slice(0, Math.max(SHORTEST_EXTENSION_KEPT, longest - base.length));
    return { base: base.slice(0, longest - kept.length), extension: kept };
  };
}
