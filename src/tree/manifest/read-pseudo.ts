// The pseudo file definitions of mksquashfs: a path, a letter, and what belongs to it. Nothing is ever run.

import { type ByteString, bytesOf, MAX_MAJOR, MAX_MINOR } from '../../bytes/index.js';
import type { Xattr } from '../node.js';
import { type Definition, definitionsOf, type Part } from './definition.js';
import type { GivenAttributes, ManifestAction, ManifestEntry } from './entry.js';
import { pathOf } from './read-manifest.js';
import { idOf, modeOf, numberOf, timeOf, xattrOf } from './values.js';

/** Letters and what follows them, without the time that a capital letter puts before it. */
const USAGE: Readonly<Record<string, string>> = {
  d: 'MODE UID GID',
  m: 'MODE UID GID',
  b: 'MODE UID GID MAJOR MINOR',
  c: 'MODE UID GID MAJOR MINOR',
  i: 'MODE UID GID f|s',
  s: 'MODE UID GID TARGET',
  l: 'FILE',
  L: 'PATH',
  x: 'NAME=VALUE',
};
const DEVICES = { b: 'block-device', c: 'character-device' } as const;

/** Definitions that are not supported, and their alternatives. */
const REFUSED: Readonly<Record<string, string>> = {
  f: 'Commands are never run. Run it first, and name its output with the letter l.',
  F: 'Commands are never run. Run it first, and name its output with the letter l.',
  R: 'Contents cannot be part of the list. Name a file of this machine with the letter l.',
  h: 'Give a manifest with "link PATH to=PATH" instead.',
};

/** Numbers of users and groups that are given by name; undefined for unknown ones. */
export interface OwnerNames {
  user(name: string): number | undefined;
  group(name: string): number | undefined;
}

const NO_NAMES: OwnerNames = { user: () => undefined, group: () => undefined };

/**
 * Reads definitions as `-p` and `-pf` of mksquashfs take them: letters d, m, b, c, i, s, and the same as capitals with a
 * time, l, L and x. Throws `InvalidInputError` `tree.manifest-…` with line and column for all others.
 */
export function readPseudoDefinitions(text: ByteString, path: string, names: OwnerNames = NO_NAMES): ManifestEntry[] {
  return definitionsOf(text, path).map((definition) => entryOf(definition, names));
}

function entryOf(line: Definition, names: OwnerNames): ManifestEntry {
  const path = line.element('The path');
  const letter = line.word('The letter of the definition');
  const type = letter.text;
  if (Object.hasOwn(REFUSED, type)) {
    throw line.fault('pseudo-letter', `The definition "${type}" is not supported.`, letter.column, REFUSED[type]);
  }
  const hasTime = /^[DMBCIS]$/.test(type);
  const kind = hasTime ? type.toLowerCase() : type;
  if (!Object.hasOwn(USAGE, kind)) {
    const hint = `Choose from ${Object.keys(USAGE).join(', ')}, D, M, B, C, I and S.`;
    throw line.fault('pseudo-letter', `"${type}" is not the letter of a definition.`, letter.column, hint);
  }
  line.usage = `PATH ${type} ${hasTime ? 'SECONDS ' : ''}${USAGE[kind]}`;
  const place = { path: line.path, line: line.number, column: path.column };
  const target = { place, path: pathOf(path.text === '' ? ('/' as ByteString) : path.text, path, line) };
  if (kind === 'x') {
    return { ...target, action: { verb: 'set' }, attributes: {}, xattrs: [xattr(line.rest('NAME=VALUE'), line)] };
  }
  const attributes = /[lL]/.test(kind) ? {} : { ...(hasTime ? timeIn(line) : {}), ...ownership(line, names) };
  const action = actionOf(kind, line);
  line.end();
  return { ...target, action, attributes, xattrs: [] };
}

function actionOf(letter: string, line: Definition): ManifestAction {
  switch (letter) {
    case 'd':
      return { verb: 'dir' };
    case 'l':
      return { verb: 'host-file', from: line.element('The file').text, inherits: true };
    case 'L': {
      const to = line.element('The path to link to');
      return { verb: 'link', to: pathOf(to.text, to, line) };
    }
    case 's':
      // As it is: mksquashfs takes quotes and backslashes for part of the target.
      return { verb: 'symlink', target: line.rest('The target').text };
    case 'i': {
      const kind = line.word('f or s');
      if (kind.text !== 'f' && kind.text !== 's') throw line.fault('pseudo', 'Give f or s.', kind.column);
      return { verb: 'special', kind: kind.text === 'f' ? 'fifo' : 'socket', major: 0, minor: 0 };
    }
    case 'b':
    case 'c': {
      const number = (what: string, most: number) => {
        const part = line.word(what);
        return numberOf(part.text, most, 'part of a device number', part, line);
      };
      return {
        verb: 'special',
        kind: DEVICES[letter],
        major: number('The major number', MAX_MAJOR),
        minor: number('The minor number', MAX_MINOR),
      };
    }
    default:
      return { verb: 'set' };
  }
}

function timeIn(line: Definition): GivenAttributes {
  const time = line.element('The time');
  return { mtime: timeOf(time.text, time, line) };
}

function ownership(line: Definition, names: OwnerNames): GivenAttributes {
  const mode = line.word('The mode');
  const user = line.word('The user');
  const group = line.word('The group');
  return {
    mode: modeOf(unsigned(mode.text), mode, line),
    uid: ownerOf(user, names.user, line),
    gid: ownerOf(group, names.group, line),
  };
}

function ownerOf(part: Part, lookUp: (name: string) => number | undefined, line: Definition): number {
  return /^[-+\d]/.test(part.text)
    ? idOf(unsigned(part.text), part, line)
    : (lookUp(part.text) ?? idOf(part.text, part, line));
}

/** scanf(3) takes a plus. */
function unsigned(text: string): string {
  return text.replace(/^\+/, '');
}

/**
 * `NAME=VALUE` with the prefixes of mksquashfs: `0x` hexadecimal, `0s` base64, `0t` text in which every backslash has three
 * octal digits after it, `0b` bytes as they are. Without a prefix three octal digits after a backslash are a byte too, as in
 * setfattr, and any other backslash is itself.
 */
function xattr(part: Part, line: Definition): Xattr {
  const at = part.text.indexOf('=');
  if (at < 1) throw line.fault('xattr', `"${part.text}" is not NAME=VALUE.`, part.column);
  const name = part.text.slice(0, at) as ByteString;
  const value = part.text.slice(at + 1) as ByteString;
  const prefix = /^0[bt]/i.exec(value)?.[0].toLowerCase();
  const text = (prefix === undefined ? value : value.slice(2)) as ByteString;
  if (prefix === undefined && /^0[sx]/i.test(value)) return xattrOf(name, value, part, line);
  if (prefix === '0t' && !/^(?:[^\\]|\\[0-3][0-7]{2})*$/.test(text)) {
    throw line.fault('xattr', `"${value}" has a backslash without three octal digits.`, part.column);
  }
  const bytes = prefix === '0b' ? text : text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => octal(digits));
  return { ...xattrOf(name, text, part, line, true), value: bytesOf(bytes as ByteString) };
}

function octal(digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 8));
}
