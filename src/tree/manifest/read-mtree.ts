// Specifications of mtree(5), as bsdtar, mtree of NetBSD and FreeBSD, and makefs write and read them.

import { type ByteString, type Timestamp, timestamp } from '../../bytes/index.js';
import type { SpecialKind } from '../node.js';
import type { GivenAttributes, ManifestAction, ManifestEntry } from './entry.js';
import type { OwnerNames } from './read-pseudo.js';
import { idOf, modeOf, numberOf } from './values.js';
import { TextLine } from './words.js';

/** Keywords of a line, with those of `/set`. */
type Keywords = ReadonlyMap<string, ByteString>;

const KINDS: Readonly<Record<string, SpecialKind>> = {
  char: 'character-device',
  block: 'block-device',
  fifo: 'fifo',
  socket: 'socket',
};
const TYPES = new Set(['file', 'dir', 'link', ...Object.keys(KINDS)]);
const MAX_DEVICE = 0xffff_ffff;
/** Characters after a backslash, as vis(3) writes them. */
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ s: ' ', n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', v: '\v', f: '\f', '0': '\0', E: '\x1b' },
};

/**
 * Reads a specification. `path` names it in errors; owners that only have a name are looked up in `names`. Throws `InvalidInputError`
 * `tree.manifest-…` with the line for anything that is not understood.
 */
export function readMtree(text: ByteString, path: string, names: OwnerNames): ManifestEntry[] {
  const entries: ManifestEntry[] = [];
  let set: Keywords = new Map();
  let directory: ByteString[] = [];
  for (const { words, line } of linesOf(text, path)) {
    const [first = '' as ByteString, ...rest] = words;
    if (first === '/set') set = new Map([...set, ...keywordsOf(rest)]);
    else if (first === '/unset')
      set = first === '/unset' && rest.includes('all' as ByteString) ? new Map() : without(set, rest);
    else if (first === '..') {
      if (directory.length === 0) throw line.fault('mtree', '".." leads out of the tree.', 1);
      directory = directory.slice(0, -1);
    } else {
      const keywords = new Map([...set, ...keywordsOf(rest)]);
      const place = placeOf(decoded(first), directory, line);
      if (!first.includes('/') && keywords.get('type') === 'dir') directory = place;
      const entry = entryOf(place, keywords, names, line);
      if (entry) entries.push(entry);
    }
  }
  return entries;
}

/** The names that lead to an entry: from the root if there is a slash in its name, else from the directory of the lines before. */
function placeOf(name: ByteString, directory: readonly ByteString[], line: TextLine): ByteString[] {
  const from = name.includes('/') ? [] : directory;
  const path = [...from, ...name.split('/')].filter((part) => part !== '' && part !== '.') as ByteString[];
  if (path.includes('..' as ByteString) || name.includes('\0')) {
    throw line.fault('path', `"${name}" is not a path in the tree.`, 1, 'Give one without "..".');
  }
  return path;
}

/** Undefined for an entry that is to be left alone. */
function entryOf(
  names: readonly ByteString[],
  keywords: Keywords,
  owners: OwnerNames,
  line: TextLine,
): ManifestEntry | undefined {
  if (keywords.has('ignore') || keywords.has('nochange')) return undefined;
  return {
    place: { path: line.path, line: line.number },
    path: names.join('/') as ByteString,
    action: actionOf(keywords, line),
    attributes: attributesOf(keywords, owners, line),
    xattrs: [],
    ...(keywords.has('optional') ? { optional: true as const } : {}),
  };
}

function actionOf(keywords: Keywords, line: TextLine): ManifestAction {
  const type = keywords.get('type') ?? '';
  if (type !== '' && !TYPES.has(type)) throw line.fault('mtree', `"${type}" is not a type of mtree.`, 1);
  if (type === 'dir') return { verb: 'dir' };
  const target = keywords.get('link');
  if (type === 'link' && target !== undefined) return { verb: 'symlink', target: decoded(target) };
  const contents = keywords.get('contents') ?? keywords.get('content');
  if ((type === 'file' || type === '') && contents !== undefined) {
    return { verb: 'host-file', from: decoded(contents), inherits: false };
  }
  const kind = KINDS[type];
  if (kind === 'fifo' || kind === 'socket') return { verb: 'special', kind, major: 0, minor: 0 };
  const device = keywords.get('device');
  return kind && device !== undefined ? { verb: 'special', kind, ...deviceOf(device, line) } : { verb: 'set' };
}

/** `native,MAJOR,MINOR`, or with another name of how the numbers are packed where there is only one. */
function deviceOf(text: ByteString, line: TextLine): { major: number; minor: number } {
  const match = /^[a-z0-9_]+,(0[xX][0-9a-fA-F]+|\d+),(0[xX][0-9a-fA-F]+|\d+)$/.exec(text);
  if (!match) throw line.fault('device', `"${text}" is not a device number.`, 1, 'Give native,MAJOR,MINOR.');
  const part = (digits: string) =>
    numberOf(String(Number(digits)), MAX_DEVICE, 'part of a device number', { column: 1 }, line);
  return { major: part(match[1]!), minor: part(match[2]!) };
}

function attributesOf(keywords: Keywords, owners: OwnerNames, line: TextLine): GivenAttributes {
  const [mode, time] = [keywords.get('mode'), keywords.get('time')];
  const uid = ownerOf(keywords, 'uid', 'uname', owners.user, line);
  const gid = ownerOf(keywords, 'gid', 'gname', owners.group, line);
  return {
    ...(mode === undefined ? {} : { mode: modeOf(mode, { column: 1 }, line) }),
    ...(time === undefined ? {} : { mtime: timeOf(time, line) }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  };
}

function ownerOf(
  keywords: Keywords,
  number: string,
  name: string,
  lookUp: (name: string) => number | undefined,
  line: TextLine,
): number | undefined {
  const given = keywords.get(number);
  if (given !== undefined) return idOf(given, { column: 1 }, line);
  const called = keywords.get(name);
  return called === undefined ? undefined : (lookUp(called) ?? idOf(called, { column: 1 }, line));
}

/** Seconds and, after a point, nanoseconds, a number that may have zeros before it. */
function timeOf(text: ByteString, line: TextLine): Timestamp {
  const match = /^(-?\d{1,12})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) throw line.fault('time', `"${text}" is not a time.`, 1, 'Give SECONDS.NANOSECONDS.');
  return timestamp(Number(match[1]), Number(match[2] ?? 0));
}

function keywordsOf(words: readonly ByteString[]): Map<string, ByteString> {
  return new Map(
    words.map((word) => {
      const at = word.indexOf('=');
      return at < 0 ? [word, '' as ByteString] : [word.slice(0, at), word.slice(at + 1) as ByteString];
    }),
  );
}

function without(set: Keywords, names: readonly ByteString[]): Keywords {
  return new Map([...set].filter(([name]) => !(names as readonly string[]).includes(name)));
}

function decoded(text: ByteString): ByteString {
  return text.replace(/\\(?:([0-3][0-7]{2})|(.))/gs, (_, octal: string | undefined, plain: string) =>
    octal === undefined ? (ESCAPES[plain] ?? plain) : String.fromCharCode(Number.parseInt(octal, 8)),
  ) as ByteString;
}

/** The words of each line; a backslash at its end joins a line with the next one. */
function* linesOf(text: ByteString, path: string): Generator<{ words: ByteString[]; line: TextLine }> {
  let joined = '';
  let first = 0;
  for (const [index, raw] of text.split('\n').entries()) {
    if (joined === '') first = index + 1;
    joined += raw.replace(/\r$/, '');
    if (joined.endsWith('\\')) {
      joined = `${joined.slice(0, -1)} `;
      continue;
    }
    const words = joined.split(/[ \t]+/).filter((word) => word !== '') as ByteString[];
    joined = '';
    if (words.length > 0 && !words[0]!.startsWith('#')) yield { words, line: new TextLine(path, first) };
  }
}
