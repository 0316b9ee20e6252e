// ar archives, such as Debian packages: members with a header of text each (ar(5); GNU and BSD spellings of long names).

import { type ByteString, byteStringOf, timestamp, withoutEnd } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { PartsContent, type Source, Work } from '../../io/index.js';
import { attributes, type FileTree, file, PathTree } from '../../tree/index.js';

const MAGIC = '!<arch>\n';
const HEADER = 60;
const END = '`\n';
/** Bytes of the table of long names. */
const MOST_NAMES = 16 * 1024 * 1024;
const LONGEST_NAME = 255;
/** Units of work of a member. */
const MEMBER_UNITS = 512;

/** A header, taken apart. */
interface Member {
  readonly name: string;
  readonly mtime: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly size: number;
}

/** Whether a file begins as an archive. */
export async function isAr(file: Source): Promise<boolean> {
  if (file.size < MAGIC.length) return false;
  return (await textAt(file, 0, MAGIC.length)) === MAGIC;
}

/** The members as files of one directory. Throws {@link InvalidImageError} for a damaged archive. */
export async function readAr(archive: Source): Promise<FileTree> {
  const tree = new PathTree();
  const work = new Work(archive.size, 'ar.work');
  let names: string = '';
  for (let at = MAGIC.length; at + HEADER <= archive.size; ) {
    work.spend(MEMBER_UNITS);
    const member = await memberAt(archive, at);
    const data = { at: at + HEADER, length: member.size };
    at = data.at + member.size + (member.size % 2);
    if (data.at + member.size > archive.size) throw truncated(data.at);
    if (member.name === '//') {
      if (member.size > MOST_NAMES) throw damaged('Its table of names is too long.', data.at);
      names = await textAt(archive, data.at, member.size);
    } else if (member.name !== '/' && member.name !== '/SYM64/') {
      const { name, skip } = await nameOf(archive, member.name, data.at, names);
      const length = data.length - skip;
      if (length < 0 || !isName(name)) throw damaged('A member has no usable name.', data.at - HEADER);
      const content = new PartsContent(provider(archive), [{ at: data.at + skip, length }], length);
      tree.add([name as ByteString], file(content, attributesOf(member)));
    }
  }
  return tree.finish();
}

function provider(archive: Source) {
  return { data: (range: Parameters<Source['slice']>[0]) => archive.slice(range) };
}

function attributesOf({ mtime, uid, gid, mode }: Member) {
  return attributes({ mode: mode & 0o7777, uid, gid, mtime: timestamp(mtime) });
}

async function memberAt(archive: Source, at: number): Promise<Member> {
  const text = await textAt(archive, at, HEADER);
  const number = (from: number, to: number, base = 10) => {
    const digits = text.slice(from, to).trim();
    if (digits === '') return 0;
    if (!/^\d+$/.test(digits)) throw damaged('A header is not one.', at);
    return Number.parseInt(digits, base);
  };
  if (text.slice(58) !== END) throw damaged('A header is not one.', at);
  return {
    name: text.slice(0, 16).trimEnd(),
    mtime: number(16, 28),
    uid: number(28, 34),
    gid: number(34, 40),
    mode: number(40, 48, 8),
    size: number(48, 58),
  };
}

/** `skip`: bytes of the data that are the name. */
async function nameOf(
  archive: Source,
  field: string,
  at: number,
  names: string,
): Promise<{ name: string; skip: number }> {
  const bsd = /^#1\/(\d{1,5})$/.exec(field);
  if (bsd) {
    const skip = Number(bsd[1]);
    if (at + skip > archive.size) throw truncated(at);
    return { name: withoutEnd(await textAt(archive, at, skip), '\0'), skip };
  }
  const gnu = /^\/(\d{1,10})$/.exec(field);
  if (!gnu) return { name: field.replace(/\/$/, ''), skip: 0 };
  const from = Number(gnu[1]);
  return { name: names.slice(from, names.indexOf('\n', from)).replace(/\/$/, ''), skip: 0 };
}

function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && name.length <= LONGEST_NAME && !/[/\0]/.test(name);
}

async function textAt(archive: Source, at: number, length: number): Promise<string> {
  const bytes = new Uint8Array(length);
  await archive.read(at, bytes);
  return byteStringOf(bytes);
}

function damaged(message: string, at: number): InvalidImageError {
  return new InvalidImageError('ar.damaged', `The ar archive is damaged. ${message}`, { at });
}

function truncated(at: number): InvalidImageError {
  return new InvalidImageError('ar.truncated', 'The ar archive ends in the middle of a member.', { at });
}
