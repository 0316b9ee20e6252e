// One member of an archive as it is written: an extended header if it needs one, its header, and the map of a sparse file.

import { type ByteString, bytesOf, withoutEnd } from '../../bytes/index.js';
import type { Range } from '../../io/index.js';
import { padded } from './data.js';
import { BLOCK, MOST_NUMBER, MOST_SIZE, ustarHeader } from './header.js';
import { paxRecords, type TarMember } from './render-pax.js';

const MAGIC = 'ustar\x0000' as ByteString;
const CHECKSUM_AT = 148;
const CHECKSUM_LENGTH = 8;
const NAME_ROOM = 100;

/** Type flags. */
export const TYPE = {
  file: '0',
  'hard-link': '1',
  symlink: '2',
  'character-device': '3',
  'block-device': '4',
  directory: '5',
  fifo: '6',
} as const;
const EXTENDED = 'x';

/** The headers of a member. */
export function renderHeaders(type: keyof typeof TYPE, mode: number, member: TarMember): Uint8Array {
  const records = paxRecords(member);
  const isSparse = member.sparseSize !== undefined;
  const own = renderHeader(TYPE[type], mode, {
    ...member,
    path: isSparse ? aside(member, 'GNUSparseFile.0') : member.path,
  });
  if (records.length === 0) return own;
  const extended = { ...member, path: aside(member, 'PaxHeaders'), target: '' as ByteString, size: records.length };
  const whole = new Uint8Array(BLOCK + padded(records.length) + BLOCK);
  whole.set(renderHeader(EXTENDED, 0o644, { ...extended, uid: 0, gid: 0, major: 0, minor: 0 }));
  whole.set(records, BLOCK);
  whole.set(own, whole.length - BLOCK);
  return whole;
}

/** A name for an extended header or a sparse file, which only readers without support for it show. */
function aside({ path }: TarMember, directory: string): ByteString {
  const whole = withoutEnd(path, '/');
  const nameAt = whole.lastIndexOf('/') + 1;
  return `${whole.slice(0, nameAt)}${directory}/${whole.slice(nameAt)}` as ByteString;
}

function renderHeader(type: string, mode: number, member: TarMember): Uint8Array {
  const { path, target, size, uid, gid, mtime, major, minor } = member;
  const header = ustarHeader.encode({
    name: path.slice(0, NAME_ROOM) as ByteString,
    mode,
    uid: fitting(uid, MOST_NUMBER),
    gid: fitting(gid, MOST_NUMBER),
    size: fitting(size, MOST_SIZE),
    mtime: fitting(mtime.seconds, MOST_SIZE),
    checksum: 0,
    type: type.charCodeAt(0),
    linkName: target.slice(0, NAME_ROOM) as ByteString,
    magic: MAGIC,
    major: fitting(major, MOST_NUMBER),
    minor: fitting(minor, MOST_NUMBER),
    prefix: '' as ByteString,
  });
  header.fill(0x20, CHECKSUM_AT, CHECKSUM_AT + CHECKSUM_LENGTH);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(bytesOf(`${sum.toString(8).padStart(6, '0')}\0 ` as ByteString), CHECKSUM_AT);
  return header;
}

/** The value as far as the field can hold it; a record has the rest. */
function fitting(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}

/** The map before the data of a sparse file, version 1.0: the number of ranges, then start and length of each. */
export function renderSparseMap(ranges: readonly Range[], size: number): Uint8Array {
  const last = ranges.at(-1);
  // In GNU tar's form, an empty range at the end marks a final hole.
  const all = last && last.at + last.length === size ? ranges : [...ranges, { at: size, length: 0 }];
  const text = `${all.length}\n${all.map(({ at, length }) => `${at}\n${length}\n`).join('')}` as ByteString;
  const map = new Uint8Array(padded(text.length));
  map.set(bytesOf(text));
  return map;
}
