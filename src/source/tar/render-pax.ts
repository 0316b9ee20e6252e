// Writes extended headers: records for values that the fields of a header cannot hold.

import {
  type ByteString,
  byteStringOf,
  bytesOf,
  isAscii,
  type Timestamp,
  toText,
  withoutEnd,
} from '../../bytes/index.js';
import type { Node, Xattr } from '../../tree/index.js';
import { accessListText } from './acl-text.js';
import { MOST_NUMBER, MOST_SIZE } from './header.js';

const LONGEST_NAME = 100;
const LISTS: Readonly<Record<string, string>> = {
  'system.posix_acl_access': 'SCHILY.acl.access',
  'system.posix_acl_default': 'SCHILY.acl.default',
};

/** An entry as an archive describes it. */
export interface TarMember {
  readonly path: ByteString;
  /** Target of a symbolic link, or first name of a hard link; otherwise empty. */
  readonly target: ByteString;
  /** Bytes of data after the header. */
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  readonly major: number;
  readonly minor: number;
  readonly xattrs: Node['xattrs'];
  /** For a sparse file, its whole size; its data begins with a map. */
  readonly sparseSize?: number;
}

/** The records of a member, one after another; empty if its header holds everything. */
export function paxRecords(member: TarMember): Uint8Array {
  return bytesOf([...recordsOf(member)].map(([key, value]) => record(key, value)).join('') as ByteString);
}

function* recordsOf(member: TarMember): Generator<readonly [key: string, value: string]> {
  const { path, target, size, uid, gid, mtime, major, minor, xattrs, sparseSize } = member;
  const texts = [...(needsRecord(path) ? [path] : []), ...(needsRecord(target) ? [target] : [])];
  // Without this record readers would convert names from UTF-8.
  if (texts.some((text) => toText(text) === undefined)) yield ['hdrcharset', 'BINARY'];
  if (sparseSize !== undefined) {
    yield ['GNU.sparse.major', '1'];
    yield ['GNU.sparse.minor', '0'];
    yield ['GNU.sparse.name', path];
    yield ['GNU.sparse.realsize', `${sparseSize}`];
  } else if (needsRecord(path)) yield ['path', path];
  if (needsRecord(target)) yield ['linkpath', target];
  if (size > MOST_SIZE) yield ['size', `${size}`];
  if (uid > MOST_NUMBER) yield ['uid', `${uid}`];
  if (gid > MOST_NUMBER) yield ['gid', `${gid}`];
  if (mtime.nanoseconds > 0 || mtime.seconds < 0 || mtime.seconds > MOST_SIZE) yield ['mtime', timeText(mtime)];
  if (major > MOST_NUMBER || minor > MOST_NUMBER) {
    yield ['SCHILY.devmajor', `${major}`];
    yield ['SCHILY.devminor', `${minor}`];
  }
  for (const xattr of xattrs) yield* attributeRecords(xattr);
}

/** As GNU tar writes them: an access list both as text and as the attribute. */
function* attributeRecords({ name, value }: Xattr): Generator<readonly [key: string, value: string]> {
  const list = LISTS[name];
  const text = list === undefined ? undefined : accessListText(value);
  if (list !== undefined && text !== undefined) yield [list, text];
  yield [`SCHILY.xattr.${name.replaceAll('%', '%25').replaceAll('=', '%3D')}`, byteStringOf(value)];
}

/** Whether a name does not fit its field, or is UTF-8 beyond ASCII, whose encoding only a record defines. */
function needsRecord(name: ByteString): boolean {
  return name.length > LONGEST_NAME || (!isAscii(name) && toText(name) !== undefined);
}

/** `-1.25` is a quarter of a second before -1. */
function timeText({ seconds, nanoseconds }: Timestamp): string {
  const isBefore = seconds < 0 && nanoseconds > 0;
  const whole = isBefore ? seconds + 1 : seconds;
  const part = isBefore ? 1_000_000_000 - nanoseconds : nanoseconds;
  const sign = isBefore && whole === 0 ? '-' : '';
  const places = part === 0 ? '' : `.${withoutEnd(String(part).padStart(9, '0'), '0')}`;
  return `${sign}${whole}${places}`;
}

/** `LENGTH KEY=VALUE\n`; the length counts the whole record, its own digits too. */
function record(key: string, value: string): string {
  const rest = key.length + value.length + 3;
  let length = rest + 1;
  while (`${length}`.length + rest !== length) length = rest + `${length}`.length;
  return `${length} ${key}=${value}\n`;
}
