// Our own spelling of manifests: a verb, a path, and what is stated of the entry as name=value.

import { type ByteString, bytesOf } from '../../bytes/index.js';
import { splitPath } from '../file-tree.js';
import type { Xattr } from '../node.js';
import type { GivenAttributes, ManifestAction, ManifestEntry } from './entry.js';
import { idOf, modeOf, numberOf, timeOf, xattrOf } from './values.js';
import { type Line, linesOf, type TextLine, type Word } from './words.js';

type Setting = { readonly value: ByteString; readonly word: Word };

const ATTRIBUTES = ['mode', 'owner', 'uid', 'gid', 'mtime'];
/** Arguments of each verb other than attributes; the first is required. */
const VERBS: Readonly<Record<string, readonly string[]>> = {
  dir: [],
  file: ['from', 'text'],
  symlink: ['target'],
  link: ['to'],
  block: ['device'],
  char: ['device'],
  fifo: [],
  socket: [],
  set: [],
  remove: [],
};
const DEVICE_KINDS = { block: 'block-device', char: 'character-device' } as const;
const MAX_DEVICE = 0xffff_ffff;

/**
 * Reads a manifest. `path` names it in errors. Throws `InvalidInputError` `tree.manifest-…` with line and column for
 * anything that is not understood; whether the entries fit a tree shows when they are applied.
 */
export function readManifest(text: ByteString, path: string): ManifestEntry[] {
  return linesOf(text, path).map(entryOf);
}

function entryOf(line: Line): ManifestEntry {
  const [verb, path, ...rest] = line.words;
  const own = Object.hasOwn(VERBS, verb!.text) ? VERBS[verb!.text] : undefined;
  if (!own) {
    const hint = `Begin a line with one of ${Object.keys(VERBS).join(', ')}.`;
    throw line.fault('verb', `"${verb!.text}" is not a verb of manifests.`, verb!.column, hint);
  }
  if (!path) throw line.fault('path', `"${verb!.text}" needs a path.`, verb!.column);
  const settings = new Map<string, Setting>();
  const xattrs: Xattr[] = [];
  const takesAttributes = verb!.text !== 'link' && verb!.text !== 'remove';
  const known = [...own, ...(takesAttributes ? [...ATTRIBUTES, 'xattr.NAME'] : [])];
  for (const word of rest) {
    const at = word.text.indexOf('=');
    const name = at < 0 ? word.text : word.text.slice(0, at);
    const value = word.text.slice(at + 1) as ByteString;
    const isXattr = name.startsWith('xattr.') && takesAttributes;
    if (at < 0 || !(isXattr || known.includes(name))) {
      const hint = known.length > 0 ? `"${verb!.text}" takes ${known.map((one) => `${one}=…`).join(', ')}.` : undefined;
      throw line.fault('setting', `"${verb!.text}" does not take "${word.text}".`, word.column, hint);
    }
    if (settings.has(name)) throw line.fault('twice', `"${name}" is given twice.`, word.column);
    settings.set(name, { value, word });
    if (isXattr) xattrs.push(xattrIn(word, line));
  }
  return {
    place: { path: line.path, line: line.number, column: path.column },
    path: pathOf(path.text, path, line),
    action: actionOf(verb!, settings, line),
    attributes: attributesOf(settings, line),
    xattrs,
  };
}

/** `xattr.NAME=VALUE`; a value in quotes is always text. */
function xattrIn(word: Word, line: Line): Xattr {
  const at = word.verbatim.indexOf('=');
  const name = word.verbatim.slice('xattr.'.length, at) as ByteString;
  return xattrOf(name, word.verbatim.slice(at + 1) as ByteString, word, line, word.quotedAt.includes(at + 1));
}

function actionOf(verb: Word, settings: ReadonlyMap<string, Setting>, line: Line): ManifestAction {
  const needed = (name: string): Setting => {
    const setting = settings.get(name);
    if (setting) return setting;
    throw line.fault('missing', `"${verb.text}" needs ${name}=….`, verb.column);
  };
  switch (verb.text as string) {
    case 'file':
      return fileAction(settings, verb, line);
    case 'symlink':
      return { verb: 'symlink', target: needed('target').value };
    case 'link':
      return { verb: 'link', to: pathOf(needed('to').value, needed('to').word, line) };
    case 'block':
    case 'char':
      return {
        verb: 'special',
        kind: DEVICE_KINDS[verb.text as string as 'char'],
        ...deviceOf(needed('device'), line),
      };
    case 'fifo':
    case 'socket':
      return { verb: 'special', kind: verb.text as string as 'fifo', major: 0, minor: 0 };
    default:
      return { verb: verb.text as string as 'dir' | 'set' | 'remove' };
  }
}

function fileAction(settings: ReadonlyMap<string, Setting>, verb: Word, line: Line): ManifestAction {
  const from = settings.get('from');
  const text = settings.get('text');
  if (from && text) throw line.fault('content', 'A file has from=… or text=…, not both.', text.word.column);
  if (text) return { verb: 'file', content: bytesOf(text.value) };
  if (from && from.value !== '') return { verb: 'host-file', from: from.value, inherits: false };
  throw line.fault('content', '"file" needs from=FILE or text=TEXT.', verb.column, 'An empty file has text="".');
}

function deviceOf({ value, word }: Setting, line: Line): { major: number; minor: number } {
  const match = /^(\d+):(\d+)$/.exec(value);
  if (!match) throw line.fault('device', `"${value}" is not a device number.`, word.column, 'Give MAJOR:MINOR.');
  const part = (text: string) => numberOf(text, MAX_DEVICE, 'part of a device number', word, line);
  return { major: part(match[1]!), minor: part(match[2]!) };
}

function attributesOf(settings: ReadonlyMap<string, Setting>, line: Line): GivenAttributes {
  const read = <T>(name: string, parse: (text: string, word: Word, line: Line) => T): Record<string, T> => {
    const setting = settings.get(name);
    return setting ? { [name]: parse(setting.value, setting.word, line) } : {};
  };
  const owner = settings.get('owner');
  const other = settings.get('uid') ?? settings.get('gid');
  if (owner && other) throw line.fault('twice', 'The owner is given twice.', other.word.column);
  return {
    ...(owner ? ownerOf(owner, line) : {}),
    ...read('mode', modeOf),
    ...read('uid', idOf),
    ...read('gid', idOf),
    ...read('mtime', timeOf),
  };
}

function ownerOf({ value, word }: Setting, line: Line): GivenAttributes {
  const match = /^([^:]*):([^:]*)$/.exec(value);
  if (!match) throw line.fault('owner', `"${value}" is not an owner.`, word.column, 'Give UID:GID, in numbers.');
  return { uid: idOf(match[1]!, word, line), gid: idOf(match[2]!, word, line) };
}

/** A path in the tree, without the slashes and dots that mean nothing. */
export function pathOf(text: ByteString, word: Pick<Word, 'column'>, line: TextLine): ByteString {
  const names = splitPath(text);
  if (text === '' || names.includes('..' as ByteString) || text.includes('\0')) {
    throw line.fault('path', `"${text}" is not a path in the tree.`, word.column, 'Give one without "..".');
  }
  return names.join('/') as ByteString;
}
