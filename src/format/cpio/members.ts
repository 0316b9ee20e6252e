// The members of one archive in their order, in the formats of cpio(5) that are text: "new ASCII" with and without a checksum, and
// the older portable one.

import { alignUp, type ByteString, byteStringOf } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { type Source, Window } from '../../io/index.js';
import { CPIO_ALIGNMENT, HEADER_LENGTH } from './newc.js';

const NEW = ['070701', '070702'];
const OLD = '070707';
const OLD_HEADER = 76;
const LONGEST_NAME = 4096;
/** Bytes that are read at once. */
const STEP = 64 * 1024;

/** One entry. */
export interface Member {
  readonly path: ByteString;
  readonly inode: number;
  readonly device: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
  readonly dataAt: number;
  readonly size: number;
}

export class Members {
  readonly #image: Source;
  readonly #window: Window;
  /** Where the next member begins. */
  at: number;

  constructor(image: Source, at: number) {
    this.#image = image;
    this.#window = new Window(image, { at: 0, length: image.size }, STEP);
    this.at = at;
  }

  /** Whether an archive begins here. */
  async begins(): Promise<boolean> {
    const magic = byteStringOf(await this.#window.bytes(this.at, NEW[0]!.length));
    return NEW.includes(magic) || magic === OLD;
  }

  /** The next member; undefined at the end of the image. Throws {@link InvalidImageError} for what is not one. */
  async next(): Promise<Member | undefined> {
    if (this.at >= this.#image.size) return undefined;
    const text = byteStringOf(await this.#window.bytes(this.at, HEADER_LENGTH));
    const isNew = NEW.includes(text.slice(0, 6));
    if (!isNew && !text.startsWith(OLD)) throw damaged('A header is not one.', this.at);
    if (text.length < (isNew ? HEADER_LENGTH : OLD_HEADER)) throw truncated(this.at);
    const found = isNew ? newMember(text) : oldMember(text);
    const { nameLength, headerLength, alignment, ...facts } = found;
    const numbers = Object.values(facts).filter((value) => typeof value === 'number');
    if (numbers.some(Number.isNaN) || !(nameLength > 0 && nameLength <= LONGEST_NAME)) {
      throw damaged('A header is not one.', this.at);
    }
    const nameAt = this.at + headerLength;
    const name = byteStringOf(await this.#window.bytes(nameAt, nameLength - 1));
    const dataAt = alignUp(nameAt + nameLength, alignment);
    const end = dataAt + found.size;
    if (name.length < nameLength - 1 || end > this.#image.size) throw truncated(this.at);
    this.at = alignUp(end, alignment);
    return { ...facts, path: name, dataAt };
  }
}

/** Eight hexadecimal digits each: inode, mode, user, group, links, time, size, device, special device, name, checksum. */
function newMember(text: string) {
  const number = (index: number) => digits(text.slice(6 + 8 * index, 14 + 8 * index), 16);
  return {
    inode: number(0),
    mode: number(1),
    uid: number(2),
    gid: number(3),
    links: number(4),
    mtime: number(5),
    size: number(6),
    device: `${number(7)}:${number(8)}`,
    major: number(9),
    minor: number(10),
    nameLength: number(11),
    headerLength: HEADER_LENGTH,
    alignment: CPIO_ALIGNMENT,
  };
}

/** Six octal digits each: device, inode, mode, user, group, links, special device; eleven for the time; six for the name; eleven for the size. */
function oldMember(text: string) {
  const number = (from: number, length: number) => digits(text.slice(from, from + length), 8);
  const specialDevice = number(42, 6);
  return {
    device: `${number(6, 6)}`,
    inode: number(12, 6),
    mode: number(18, 6),
    uid: number(24, 6),
    gid: number(30, 6),
    links: number(36, 6),
    major: specialDevice >> 8,
    minor: specialDevice & 0xff,
    mtime: number(48, 11),
    nameLength: number(59, 6),
    size: number(65, 11),
    headerLength: OLD_HEADER,
    alignment: 1,
  };
}

function digits(text: string, base: 8 | 16): number {
  return (base === 8 ? /^[0-7]+$/ : /^[0-9a-f]+$/i).test(text) ? Number.parseInt(text, base) : Number.NaN;
}

/** An error of the archive. */
export function damaged(message: string, at: number): InvalidImageError {
  return new InvalidImageError('cpio.damaged', `The cpio archive is damaged. ${message}`, { at });
}

function truncated(at: number): InvalidImageError {
  return new InvalidImageError('cpio.truncated', 'The cpio archive ends in the middle of a member.', { at });
}
