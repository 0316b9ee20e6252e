// Values in manifests: numbers, times and attributes as both spellings write them.

import { type ByteString, bytesOf, type Timestamp, timestamp } from '../../bytes/index.js';
import type { Xattr } from '../node.js';
import type { TextLine, Word } from './words.js';

/** Where a value is, for errors. */
type Place = Pick<Word, 'column'>;

const MAX_ID = 0xffff_ffff;

/** Permission bits, in octal. */
export function modeOf(text: string, word: Place, line: TextLine): number {
  if (/^[0-7]{1,5}$/.test(text) && Number.parseInt(text, 8) <= 0o7777) return Number.parseInt(text, 8);
  throw line.fault('mode', `"${text}" is not a mode.`, word.column, 'Give 0 to 7777 in octal digits.');
}

/** A whole number from 0 to `most`. */
export function numberOf(text: string, most: number, what: string, word: Place, line: TextLine): number {
  if (/^\d{1,10}$/.test(text) && Number(text) <= most) return Number(text);
  throw line.fault('number', `"${text}" is not ${what}.`, word.column, `Give a whole number up to ${most}.`);
}

/** A user or group. Names have no meaning here: the image is for another machine. */
export function idOf(text: string, word: Place, line: TextLine): number {
  return numberOf(text, MAX_ID, 'the number of a user or group', word, line);
}

/** Seconds since 1970, before it with a minus, with up to nine digits after a point. */
export function timeOf(text: string, word: Place, line: TextLine): Timestamp {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) {
    throw line.fault('time', `"${text}" is not a time.`, word.column, 'Give seconds since 1970, as date +%s does.');
  }
  const nanoseconds = Number((match[3] ?? '').padEnd(9, '0'));
  const seconds = Number(match[2]);
  if (match[1] === '') return timestamp(seconds, nanoseconds);
  return nanoseconds === 0 ? timestamp(-seconds) : timestamp(-seconds - 1, 1_000_000_000 - nanoseconds);
}

/**
 * An attribute; its value as setfattr takes it: `0x` and hexadecimal digits, `0s` and base64, otherwise text. `isText` for a value
 * in quotes, which is text in any case.
 */
export function xattrOf(name: ByteString, value: ByteString, word: Place, line: TextLine, isText = false): Xattr {
  if (!/^[a-z]+\../.test(name)) {
    const hint = 'Begin it with its namespace, as in user.comment.';
    throw line.fault('xattr', `"${name}" is not the name of an extended attribute.`, word.column, hint);
  }
  if (!isText && /^0x/i.test(value)) {
    if (/^0x(?:[0-9a-f]{2})*$/i.test(value)) return { name, value: new Uint8Array(Buffer.from(value.slice(2), 'hex')) };
    throw line.fault('xattr', `"${value}" is not made of pairs of hexadecimal digits.`, word.column);
  }
  if (!isText && /^0s/i.test(value)) {
    const digits = value.slice(2);
    if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(digits)) {
      return { name, value: new Uint8Array(Buffer.from(digits, 'base64')) };
    }
    throw line.fault('xattr', `"${value}" is not base64.`, word.column);
  }
  return { name, value: bytesOf(value) };
}
