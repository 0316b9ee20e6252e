// The headers of the central directory, one for each member (APPNOTE 4.3.12).

import {
  type ByteString,
  byteStringOf,
  reserved,
  struct,
  type Timestamp,
  timestampOfDos,
  u16le,
  u32le,
} from '../../bytes/index.js';
import { type Source, Window, type Work } from '../../io/index.js';
import type { CentralDirectory } from './end.js';
import { damaged } from './errors.js';
import { type ExtraFacts, readExtra, type Wide } from './extra.js';

const SIGNATURE = 0x02014b50;
/** Bytes that are read at once. */
const STEP = 256 * 1024;
/** Units of work of a member. */
const MEMBER_UNITS = 1024;

/** Bits of `flags`. */
const ENCRYPTED = 1;
/** The high byte of `madeBy`: the system whose attributes a member has. */
const UNIX = 3;
const DARWIN = 19;

const centralHeader = struct('central directory header', 46, {
  signature: u32le(0),
  madeBy: u16le(4),
  needed: reserved(6, 2),
  flags: u16le(8),
  method: u16le(10),
  time: u16le(12),
  date: u16le(14),
  crc: u32le(16),
  packedSize: u32le(20),
  size: u32le(24),
  nameLength: u16le(28),
  extraLength: u16le(30),
  commentLength: u16le(32),
  disk: u16le(34),
  internalAttributes: reserved(36, 2),
  externalAttributes: u32le(38),
  localAt: u32le(42),
});

/** A member as the central directory describes it. */
export interface Member extends ExtraFacts {
  readonly mtime: Timestamp;
  readonly path: ByteString;
  /** Type and permission bits as st_mode has them; undefined for archives of systems without them. */
  readonly mode: number | undefined;
  /** Whether a DOS attribute says that it cannot be written. */
  readonly isReadOnly: boolean;
  readonly isEncrypted: boolean;
  readonly method: number;
  readonly crc: number;
  /** Bytes in the archive. */
  readonly packedSize: number;
  /** Bytes of the file. */
  readonly size: number;
  /** Where its local header is. */
  readonly localAt: number;
}

/** The members in their order. Throws {@link InvalidImageError} for a damaged directory. */
export async function* membersOf(
  archive: Source,
  { at: start, size, entries }: CentralDirectory,
  work: Work,
): AsyncGenerator<Member> {
  const window = new Window(archive, { at: start, length: size }, STEP);
  let at = start;
  for (let count = 0; count < entries; count++) {
    const header = centralHeader.decode(await bytesOf(window, at, centralHeader.size));
    if (header.signature !== SIGNATURE) throw damaged('A header of its directory is not one.', at);
    const { nameLength, extraLength, commentLength } = header;
    work.spend(MEMBER_UNITS + nameLength + extraLength);
    const rest = await bytesOf(window, at + centralHeader.size, nameLength + extraLength);
    const wide: Wide = { size: header.size, packedSize: header.packedSize, localAt: header.localAt };
    const extra = readExtra(rest.subarray(nameLength), wide);
    if (!extra) throw damaged('A member has no size.', at);
    const system = header.madeBy >>> 8;
    const attributes = header.externalAttributes;
    yield {
      ...extra,
      mtime: extra.mtime ?? timestampOfDos(header.date, header.time),
      path: byteStringOf(rest.subarray(0, nameLength)),
      mode: (system === UNIX || system === DARWIN) && attributes >>> 16 !== 0 ? attributes >>> 16 : undefined,
      isReadOnly: (attributes & 1) !== 0,
      isEncrypted: (header.flags & ENCRYPTED) !== 0,
      method: header.method,
      crc: header.crc,
    };
    at += centralHeader.size + nameLength + extraLength + commentLength;
  }
}

async function bytesOf(window: Window, at: number, length: number): Promise<Uint8Array> {
  const bytes = await window.bytes(at, length);
  if (bytes.length < length) throw damaged('Its directory ends inside a header.', at);
  return bytes;
}
