// The pseudo file definitions of mksquashfs: a path, a letter, and what belongs to it. Nothing is ever run.

import type { ByteString } from '../../bytes/index.js';
import type { GivenAttributes, ManifestAction, ManifestEntry } from './entry.js';
import { pathOf } from './read-manifest.js';
import { idOf, modeOf, numberOf, timeOf, xattrOf } from './values.js';
import { type Line, linesOf, type Word } from './words.js';

const MAX_DEVICE = 0xffff_ffff;

/** Words behind the letter, without the time that a capital letter puts in front of them. */
const WORDS: Readonly<Record<string, string>> = {
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

/** What this program does not do, and what does the same. */
const REFUSED: Readonly<Record<string, string>> = {
  f: 'Commands are never run. Run it before, and name its output with the letter l.',
  F: 'Commands are never run. Run it before, and name its output with the letter l.',
  R: 'Contents cannot stand in the list. Name a file of this machine with the letter l.',
  h: 'Give a manifest with "link PATH to=PATH" instead.',
};

/**
 * Reads definitions as `-p` and `-pf` of mksquashfs take them: letters d, m, b, c, i, s, and the same as capitals with a
 * time, l, L and x. Throws `InvalidInputError` `tree.manifest-…` with line and column for all others.
 */
export function readPseudoDefinitions(text: ByteString, path: string): ManifestEntry[] {
  return linesOf(text, path).map(entryOf);
}

function entryOf(line: Line): ManifestEntry {
  const [path, letter, ...rest] = line.words;
  if (!letter) throw line.fault('pseudo', `A letter and its values are missing behind "${path!.text}".`, path!.column);
  const type = letter.text;
  if (Object.hasOwn(REFUSED, type)) {
    throw line.fault('pseudo-letter', `The definition "${type}" is not supported.`, letter.column, REFUSED[type]);
  }
  const hasTime = /^[DMBCIS]$/.test(type);
  const kind = hasTime ? type.toLowerCase() : type;
  const shape = Object.hasOwn(WORDS, kind) ? WORDS[kind]! : undefined;
  if (!shape) {
    const hint = `Choose from ${Object.keys(WORDS).join(', ')}, D, M, B, C, I and S.`;
    throw line.fault('pseudo-letter', `"${type}" is not the letter of a definition.`, letter.column, hint);
  }
  const needed = shape.split(' ').length + (hasTime ? 1 : 0);
  if (rest.length !== needed) {
    const usage = `${path!.text} ${type} ${hasTime ? 'SECONDS ' : ''}${shape}`;
    throw line.fault('pseudo', `"${type}" takes ${needed} words, not ${rest.length}.`, letter.column, `Give ${usage}.`);
  }
  const values = hasTime ? rest.slice(1) : rest;
  const time = hasTime ? { mtime: timeOf(rest[0]!.text, rest[0]!, line) } : {};
  return {
    place: { path: line.path, line: line.number, column: path!.column },
    path: pathOf(path!.text, path!, line),
    action: actionOf(kind, values, line),
    attributes: { ...time, ...(/[lLx]/.test(kind) ? {} : ownership(values, line)) },
    xattrs: kind === 'x' ? [xattr(values[0]!, line)] : [],
  };
}

function actionOf(letter: string, values: readonly Word[], line: Line): ManifestAction {
  const last = values.at(-1)!;
  switch (letter) {
    case 'd':
      return { verb: 'dir' };
    case 'l':
      return { verb: 'host-file', from: last.text, inherits: true };
    case 'L':
      return { verb: 'link', to: pathOf(last.text, last, line) };
    case 's':
      return { verb: 'symlink', target: last.text };
    case 'i': {
      if (last.text !== 'f' && last.text !== 's') throw line.fault('pseudo', 'Give f or s.', last.column);
      return { verb: 'special', kind: last.text === 'f' ? 'fifo' : 'socket', major: 0, minor: 0 };
    }
    case 'b':
    case 'c': {
      const part = (word: Word) => numberOf(word.text, MAX_DEVICE, 'part of a device number', word, line);
      return { verb: 'special', kind: DEVICES[letter], major: part(values[3]!), minor: part(values[4]!) };
    }
    default:
      return { verb: 'set' };
  }
}

function ownership([mode, uid, gid]: readonly Word[], line: Line): GivenAttributes {
  return {
    mode: modeOf(mode!.text, mode!, line),
    uid: idOf(uid!.text, uid!, line),
    gid: idOf(gid!.text, gid!, line),
  };
}

function xattr(word: Word, line: Line) {
  const at = word.text.indexOf('=');
  if (at < 1) throw line.fault('xattr', `"${word.text}" is not NAME=VALUE.`, word.column);
  return xattrOf(word.text.slice(0, at) as ByteString, word.text.slice(at + 1) as ByteString, word, line);
}
