// The excludes of mksquashfs, -e and -ef, as our patterns.

import { type ByteString, trimBlanks, withoutEnd } from '../../bytes/index.js';
import { UnsupportedError } from '../../errors.js';

/** Characters that mean something in our patterns. */
const SPECIAL = /[\\*?[]/g;
/** Patterns of ksh, which mksquashfs takes with -wildcards. */
const EXTENDED = /^(?:[^\\]|\\.)*?[?*+@!]\(/;

/**
 * The paths in the text of an exclude file: one per line, without blank lines and comments. Blanks before a path do not
 * count; those after it belong to the name, as in mksquashfs.
 */
export function excludeLines(text: ByteString): string[] {
  const used = text.split('\n').map((line) => line.replace(/^[ \t\r\f\v]+/, ''));
  // A backslash at the start keeps a "#" from starting a comment, and is dropped before anything else too.
  return used.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.replace(/^\\/, ''));
}

/** Paths count from the source; with -wildcards they are patterns, and after "... " match at any depth. */
export function excludesOf(path: string, source: string, isPattern: boolean): string[] {
  if (isPattern && EXTENDED.test(path)) {
    throw refused(`-e ${path}`, 'Write one pattern for each case, or put a backslash before each "(" of a name.');
  }
  if (isPattern && path.startsWith('... ')) return explicitDots(trimBlanks(path.slice(4) as ByteString));
  if (path.startsWith('-')) throw refused(path, 'Everything after -e is a path to leave out: put options before it.');
  const top = `${withoutEnd(source, '/')}/`;
  const inside = path.startsWith(top) ? path.slice(top.length) : path;
  if (/^(\/|\.\.?\/)/.test(inside)) {
    throw refused(`-e ${path}`, `Give the path as it is in ${source}, without a leading slash.`);
  }
  const patterns = isPattern ? explicitDots(inside) : [inside.replace(SPECIAL, '\\$&')];
  return patterns.map((pattern) => `/${pattern}`);
}

/** In mksquashfs a dot at the start of a name matches a dot only: patterns that together say so. */
export function explicitDots(pattern: string): string[] {
  return pattern
    .split('/')
    .map(alternatives)
    .reduce((starts, ends) => starts.flatMap((start) => ends.map((end) => `${start}/${end}`)));
}

function alternatives(name: string): string[] {
  if (name.startsWith('?')) return [`[!.]${name.slice(1)}`];
  // A negated set must not take the dot; right after the negation "]" and "-" are members.
  const set = /^\[[!^](?=(?<first>.).*\])/s.exec(name);
  if (set) return [`[!.${/[\]-]/.test(set.groups!['first']!) ? '\\' : ''}${name.slice(2)}`];
  if (!name.startsWith('*')) return [name];
  const rest = name.replace(/^\*+/, '');
  // The star stands for nothing, or for something that does not start with a dot.
  return [...(/^(?:\\?\.|$)/.test(rest) ? [] : alternatives(rest)), `[!.]*${rest}`];
}

function refused(option: string, hint: string): UnsupportedError {
  return new UnsupportedError('squashfs.mksquashfs-option', `${option} of mksquashfs is not supported.`, { hint });
}
