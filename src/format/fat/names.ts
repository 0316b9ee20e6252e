// Names in a FAT directory: which are allowed, the 8.3 short name, and whether a long name is needed too.
// fatgen103 "Long File Names", "The Basis-Name Generation Algorithm", "The Numeric-Tail Generation Algorithm".

import { type ByteString, displayText, toText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';

/** A name as FAT stores it. */
export interface FatName {
  /** 11 ASCII characters: base and extension blank-padded to 8 and 3, without the dot. */
  readonly short: string;
  /** NT case bits of the short entry. */
  readonly caseBits: number;
  /** UTF-16 text, if the short name with its case bits does not suffice. */
  readonly long?: string;
}

const MAX_UNITS = 255;
const LOWER_BASE = 0x08;
const LOWER_EXTENSION = 0x10;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among what FAT forbids
const FORBIDDEN = /[\u0000-\u001f"*/:<>?\\|]/;
const SHORT_CHARS = /^[A-Z0-9!#$%&'()@^_`{}~-]*$/;
/** Names of devices on DOS and Windows, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])$/i;

/**
 * Gives every name of one directory its FAT form, in the order given. Short names depend only on the set and the order.
 * Throws {@link InvalidInputError} for names that FAT cannot hold and for two that differ only in case.
 */
export function nameEntries(names: readonly ByteString[], directory: ByteString): FatName[] {
  const texts = names.map((name) => checkedText(name, directory));
  refuseCollisions(texts, directory);
  const natural = texts.map(naturalShortName);
  const taken = new Set(natural.flatMap((name) => (name ? [name.key] : [])));
  const tails = new Map<string, number>();
  return texts.map((text, i) => {
    const own = natural[i];
    if (own) return { short: padded(own.key), caseBits: own.caseBits, ...(own.exact ? {} : { long: text }) };
    return { short: padded(numberedShortName(text, taken, tails)), caseBits: 0, long: text };
  });
}

function checkedText(name: ByteString, directory: ByteString): string {
  const path = `${directory === '' ? '' : `/${displayText(directory)}`}/${displayText(name)}`;
  const refuse = (code: string, why: string) => {
    return new InvalidInputError(`fat.${code}`, `${path} cannot be stored on FAT: ${why}.`, {
      path,
      hint: 'Rename the entry or leave it out.',
    });
  };
  const text = toText(name);
  if (text === undefined) throw refuse('name-not-utf8', 'its name is not UTF-8');
  if (text.length > MAX_UNITS)
    throw refuse('name-too-long', `its name has ${text.length} UTF-16 units, the maximum is 255`);
  const forbidden = FORBIDDEN.exec(text)?.[0];
  if (forbidden) throw refuse('name-character', `"${displayText(forbidden as ByteString)}" cannot be part of a name`);
  if (/[. ]$/.test(text)) throw refuse('name-end', 'a name cannot end in a dot or a blank');
  if (DEVICE.test(text.split('.')[0]!.trimEnd()))
    throw refuse('name-reserved', 'its name is reserved for a device on DOS and Windows');
  return text;
}

/** Upper case unit by unit, as FAT drivers compare; never changes the length. */
function folded(text: string): string {
  return Array.from(text, (c) => {
    const upper = c.toUpperCase();
    // Letters such as the dotless i have an ASCII capital in Unicode, but no driver treats them as equal.
    return upper.length !== c.length || (c > '\x7f' && upper <= '\x7f') ? c : upper;
  }).join('');
}

function refuseCollisions(texts: readonly string[], directory: ByteString): void {
  const seen = new Map<string, string>();
  for (const text of texts) {
    const key = folded(text);
    const other = seen.get(key);
    if (other !== undefined) {
      const path = `/${displayText(directory)}`;
      const message = `"${other}" and "${text}" in ${path} differ only in case, which FAT ignores.`;
      throw new InvalidInputError('fat.name-collision', message, { path, hint: 'Rename one of them or leave it out.' });
    }
    seen.set(key, text);
  }
}

/** `BASE.EXT` → 11 characters. */
function padded(key: string): string {
  const [base = '', extension = ''] = key.split('.');
  return base.padEnd(8) + extension.padEnd(3);
}

interface NaturalName {
  /** `BASE.EXT`, or `BASE`. */
  readonly key: string;
  readonly caseBits: number;
  /** Short name and case bits express the name fully. */
  readonly exact: boolean;
}

/** The short name of a name that differs from 8.3 in case at most. */
function naturalShortName(text: string): NaturalName | undefined {
  const dot = text.lastIndexOf('.');
  const base = dot < 0 ? text : text.slice(0, dot);
  const extension = dot < 0 ? '' : text.slice(dot + 1);
  const key = asciiUpper(text);
  if (base === '' || base.length > 8 || extension.length > 3) return undefined;
  if (!SHORT_CHARS.test(asciiUpper(base)) || !SHORT_CHARS.test(asciiUpper(extension))) return undefined;
  const baseCase = letterCase(base);
  const extensionCase = letterCase(extension);
  if (baseCase === 'mixed' || extensionCase === 'mixed') return { key, caseBits: 0, exact: false };
  const caseBits = (baseCase === 'lower' ? LOWER_BASE : 0) | (extensionCase === 'lower' ? LOWER_EXTENSION : 0);
  return { key, caseBits, exact: true };
}

function letterCase(part: string): 'upper' | 'lower' | 'mixed' {
  const lower = /[a-z]/.test(part);
  if (lower && /[A-Z]/.test(part)) return 'mixed';
  return lower ? 'lower' : 'upper';
}

function asciiUpper(text: string): string {
  return text.replace(/[a-z]/g, (c) => c.toUpperCase());
}

/**
 * `LONGNA~1.TXT`: characters outside the short set become `_`, so that the alias is the same under every code page.
 * `tails` remembers where the search for a free number continues; a directory of like names stays linear.
 */
function numberedShortName(text: string, taken: Set<string>, tails: Map<string, number>): string {
  const plain = asciiUpper(text).replace(/ /g, '').replace(/^\.+/, '');
  const dot = plain.lastIndexOf('.');
  const clean = (part: string) => Array.from(part, (c) => (c.length === 1 && SHORT_CHARS.test(c) ? c : '_')).join('');
  const base = clean(dot < 0 ? plain : plain.slice(0, dot));
  const extension = clean(dot < 0 ? '' : plain.slice(dot + 1)).slice(0, 3);
  const suffix = extension === '' ? '' : `.${extension}`;
  const family = base.slice(0, 6) + suffix;
  for (let number = (tails.get(family) ?? 0) + 1; ; number++) {
    const tail = `~${number}`;
    const key = base.slice(0, 8 - tail.length) + tail + suffix;
    if (taken.has(key)) continue;
    taken.add(key);
    tails.set(family, number);
    return key;
  }
}
