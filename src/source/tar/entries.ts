// The entries of a tar archive in their order: headers of all dialects brought to one form.

import { type ByteString, byteStringOf, type Timestamp, timestamp } from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { breathe, type Range, type Run, type Source } from '../../io/index.js';
import type { Xattr } from '../../tree/index.js';
import {
  BLOCK,
  checkChecksum,
  cText,
  dialectOf,
  gnuHeader,
  gnuSparseExtension,
  type UstarHeader,
  ustarHeader,
} from './header.js';
import { type PaxRecord, paxNumber, paxTime, paxValue, paxXattrs, readPaxRecords } from './pax.js';
import { hasMapInData, readDataMap, readGnuSparseEntries, readPaxSparse, type SparseMap } from './sparse.js';

export type TarKind = 'file' | 'directory' | 'symlink' | 'hard-link' | 'character-device' | 'block-device' | 'fifo';

export interface TarEntry {
  readonly kind: TarKind;
  /** As stored, whatever it holds. */
  readonly path: ByteString;
  /** Target of a symbolic link, or path of the first name of a hard link. */
  readonly target: ByteString;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  readonly xattrs: readonly Xattr[];
  readonly major: number;
  readonly minor: number;
  /** Where the data lie in the archive. */
  readonly data: Range;
  /** For a sparse file, what the data are parts of. */
  readonly sparse: SparseMap | undefined;
  /** Byte of its header in the archive. */
  readonly at: number;
}

/** Bytes of one extended header or long name; each has to be held in memory. */
const LARGEST_HEADER = 1024 * 1024;
const LARGEST_MAP = 64 * 1024 * 1024;
const BREATH = 1024;

const kinds: Readonly<Record<string, TarKind>> = {
  '\0': 'file',
  '0': 'file',
  // Contiguous files are files; GNU's directories with a list of their names are directories.
  '7': 'file',
  S: 'file',
  '1': 'hard-link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  D: 'directory',
  '6': 'fifo',
};

/** What extended headers and long names say about the entry that follows. */
interface Pending {
  records: PaxRecord[];
  name: ByteString | undefined;
  link: ByteString | undefined;
}

/**
 * Reads the archive from its start. Throws {@link InvalidImageError} for what is no tar archive or ends too early, and
 * {@link UnsupportedError} for parts of multi-volume archives.
 */
export async function* readTarEntries(archive: Source, run: Run): AsyncGenerator<TarEntry> {
  const global: PaxRecord[] = [];
  let pending: Pending = { records: [], name: undefined, link: undefined };
  let at = 0;
  for (let count = 1; at + BLOCK <= archive.size; count++) {
    if (count % BREATH === 0) await breathe(run);
    const block = await readAt(archive, at, BLOCK);
    if (block.every((byte) => byte === 0)) return;
    checkChecksum(block, at);
    const header = ustarHeader.decode(block);
    const type = String.fromCharCode(header.type);
    const size = dataSize(header, [...global, ...pending.records], at);
    const next = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const extended = await readExtended(archive, type, { at: at + BLOCK, length: size });
    if (extended === undefined) {
      const entry = await readEntry(archive, at, block, size, { ...pending, records: [...global, ...pending.records] });
      yield entry;
      pending = { records: [], name: undefined, link: undefined };
      // The map of a sparse file may lie between header and data.
      at = entry.sparse && type === 'S' ? entry.data.at + Math.ceil(size / BLOCK) * BLOCK : next;
    } else {
      if (type === 'g') global.push(...extended.records);
      else pending.records.push(...extended.records);
      pending.name = extended.name ?? pending.name;
      pending.link = extended.link ?? pending.link;
      at = next;
    }
  }
  if (at === 0 && archive.size > 0) throw truncated(at);
}

type Extended = Partial<Omit<Pending, 'records'>> & Pick<Pending, 'records'>;

/** What a header that is not an entry of its own says; undefined for entries. */
async function readExtended(archive: Source, type: string, range: Range): Promise<Extended | undefined> {
  const read = () => readAt(archive, range.at, checkLength(range));
  switch (type) {
    case 'x':
    case 'X':
    case 'g':
      return { records: readPaxRecords(await read(), range.at) };
    case 'L':
      return { records: [], name: cText(byteStringOf(await read())) };
    case 'K':
      return { records: [], link: cText(byteStringOf(await read())) };
    // The label of the volume.
    case 'V':
      return { records: [] };
    default:
      return undefined;
  }
}

async function readEntry(
  archive: Source,
  at: number,
  block: Uint8Array,
  size: number,
  { records, name, link }: Pending,
): Promise<TarEntry> {
  const header = ustarHeader.decode(block);
  const type = String.fromCharCode(header.type);
  const path = paxValue(records, 'GNU.sparse.name') ?? paxValue(records, 'path') ?? name ?? storedName(header);
  const kind = kindOf(type, path, at);
  const { data, sparse } = await dataOf(archive, at, block, type, size, records);
  return {
    kind,
    path,
    target: paxValue(records, 'linkpath') ?? link ?? cText(header.linkName),
    mode: header.mode & 0o7777,
    uid: identity(paxNumber(records, 'uid') ?? header.uid, at),
    gid: identity(paxNumber(records, 'gid') ?? header.gid, at),
    mtime: paxTime(records, 'mtime') ?? timestamp(header.mtime),
    xattrs: paxXattrs(records),
    major: header.major,
    minor: header.minor,
    data,
    sparse,
    at,
  };
}

function storedName(header: UstarHeader): ByteString {
  const name = cText(header.name);
  const prefix = dialectOf(header) === 'ustar' ? cText(header.prefix) : '';
  return (prefix === '' ? name : `${prefix}/${name}`) as ByteString;
}

function kindOf(type: string, path: ByteString, at: number): TarKind {
  const kind = kinds[type];
  if (!kind) {
    const message = `The tar archive holds an entry of type "${type}", which is not one that a single archive can have.`;
    throw new UnsupportedError('tar.type', message, { at, path });
  }
  // Before directories had a type of their own, a slash at the end made one.
  return kind === 'file' && path.endsWith('/') ? 'directory' : kind;
}

/** Bytes of data behind a header. */
function dataSize(header: UstarHeader, records: readonly PaxRecord[], at: number): number {
  const type = String.fromCharCode(header.type);
  // The size of a link or a directory is a remark; no data follow.
  if ('123456'.includes(type)) return 0;
  const size = ('xXgLKV'.includes(type) ? undefined : paxNumber(records, 'size')) ?? header.size;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new InvalidImageError('tar.size', 'A header of the tar archive has an impossible size.', { at });
  }
  return size;
}

async function dataOf(
  archive: Source,
  at: number,
  block: Uint8Array,
  type: string,
  size: number,
  records: readonly PaxRecord[],
): Promise<Pick<TarEntry, 'data' | 'sparse'>> {
  const data = { at: at + BLOCK, length: size };
  if (type === 'S') {
    const { sparse, data: behind } = await readGnuSparse(archive, block, data);
    return { sparse, data: checkInside(archive, behind) };
  }
  checkInside(archive, data);
  if (!hasMapInData(records)) return { data, sparse: readPaxSparse(records) };
  const { ranges, length } = await readMap(archive, data);
  const skip = Math.ceil(length / BLOCK) * BLOCK;
  const whole = paxNumber(records, 'GNU.sparse.realsize') ?? 0;
  return { data: { at: data.at + skip, length: size - skip }, sparse: { size: whole, ranges } };
}

async function readGnuSparse(archive: Source, block: Uint8Array, data: Range) {
  const { sparse, isExtended, realSize } = gnuHeader.decode(block);
  const ranges = readGnuSparseEntries(sparse);
  let at = data.at;
  for (let more = isExtended; more !== 0; at += BLOCK) {
    if (at - data.at > LARGEST_MAP) throw truncated(at);
    const extension = gnuSparseExtension.decode(await readAt(archive, at, BLOCK));
    ranges.push(...readGnuSparseEntries(extension.sparse));
    more = extension.isExtended;
  }
  return { sparse: { size: realSize, ranges }, data: { at, length: data.length } };
}

async function readMap(archive: Source, data: Range): Promise<{ ranges: Range[]; length: number }> {
  for (let length = 8 * BLOCK; ; length *= 8) {
    const most = Math.min(length, data.length, LARGEST_MAP);
    const map = readDataMap(await readAt(archive, data.at, most));
    if (map) return map;
    if (most < length) throw truncated(data.at);
  }
}

function checkInside(archive: Source, range: Range): Range {
  if (range.at + range.length > archive.size) throw truncated(range.at);
  return range;
}

function checkLength({ at, length }: Range): number {
  if (length <= LARGEST_HEADER) return length;
  const message = `An extended header of the tar archive has ${length} bytes; ${LARGEST_HEADER} are read.`;
  throw new InvalidImageError('tar.header-size', message, { at });
}

async function readAt(archive: Source, at: number, length: number): Promise<Uint8Array> {
  if (at + length > archive.size) throw truncated(at);
  const into = new Uint8Array(length);
  await archive.read(at, into);
  return into;
}

function identity(value: number, at: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value;
  throw new InvalidImageError('tar.owner', `A header of the tar archive has the impossible owner ${value}.`, { at });
}

function truncated(at: number): InvalidImageError {
  return new InvalidImageError('tar.truncated', 'The tar archive ends in the middle of an entry.', { at });
}
