// The entries of a tar archive in their order: headers of all dialects brought to one form.

import { type ByteString, byteStringOf, type Timestamp, timestamp } from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { type Range, type Run, type Source, yieldToEventLoop } from '../../io/index.js';
import { type EntryAttributes, readAttributes } from './attributes.js';
import { readAt, readThroughWindow, truncated } from './blocks.js';
import { dataSize, locateData, type PlacedHeader, padded } from './data.js';
import { BLOCK, cText, dialectOf, type UstarHeader } from './header.js';
import type { Meter } from './meter.js';
import { headerAt, type TarReadOptions } from './next-header.js';
import { EntryRecords, mergedRecords, NO_RECORDS, type PaxRecords, readPaxRecords } from './pax.js';
import type { SparseMap } from './sparse.js';

export type TarKind = 'file' | 'directory' | 'symlink' | 'hard-link' | 'character-device' | 'block-device' | 'fifo';

export interface TarEntry extends Omit<EntryAttributes, 'permissions'> {
  readonly kind: TarKind;
  /** As stored. */
  readonly path: ByteString;
  /** Target of a symbolic link, or path of the first name of a hard link. */
  readonly target: ByteString;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  readonly major: number;
  readonly minor: number;
  /** Where the data are in the archive. */
  readonly data: Range;
  /** For a sparse file, which parts of it the data are. */
  readonly sparse: SparseMap | undefined;
  /** Byte of its header in the archive. */
  readonly at: number;
}

/** Bytes of one extended header or long name; each has to be held in memory. */
const LARGEST_HEADER = 1024 * 1024;
const STEPS_PER_YIELD = 1024;

const kinds: Readonly<Record<string, TarKind>> = {
  '1': 'hard-link',
  '2': 'symlink',
  '3': 'character-device',
  '4': 'block-device',
  '5': 'directory',
  // A directory with a list of its names.
  D: 'directory',
  '6': 'fifo',
};
/** A file that continues in another archive, and a list of names that other archives need. */
const IN_PARTS = 'MN';

/** Values from extended headers and long names for the next entry. */
interface Pending {
  readonly records: PaxRecords;
  readonly name?: ByteString;
  readonly link?: ByteString;
}

const NOTHING: Pending = { records: NO_RECORDS };

/** Whether an entry has to follow: a volume label alone may end an archive. */
function describesEntry({ records, name, link }: Pending): boolean {
  return records !== NO_RECORDS || name !== undefined || link !== undefined;
}

/**
 * Reads the archive from its start. Throws {@link InvalidImageError} `tar.none` for data that is not a tar archive, other codes for
 * what is broken or ends too early, and {@link UnsupportedError} for parts of multi-volume archives.
 */
export async function* readTarEntries(
  source: Source,
  run: Run,
  meter: Meter,
  options: TarReadOptions = {},
): AsyncGenerator<TarEntry> {
  const archive = readThroughWindow(source);
  let global = NO_RECORDS;
  let pending = NOTHING;
  let isFirst = true;
  for (let at = 0; ; ) {
    meter.step();
    if (meter.steps % STEPS_PER_YIELD === 0) await yieldToEventLoop(run);
    const placed = await headerAt(archive, at, isFirst, run, meter, options);
    if (!placed) {
      if (describesEntry(pending)) throw truncated(at);
      return;
    }
    const { type } = placed;
    const size = await dataSize(
      archive,
      placed,
      EXTENDED.includes(type) ? undefined : new EntryRecords(pending.records, global),
    );
    if (EXTENDED.includes(type)) {
      const range = { at: placed.at + BLOCK, length: size };
      if (type === 'g') global = mergedRecords(global, await readRecords(archive, range, meter), range.at);
      else pending = { ...pending, ...(await readExtended(archive, type, range, meter)) };
      at = range.at + padded(size);
    } else {
      const { entry, next } = await readEntry(archive, placed, size, pending, global, meter);
      yield entry;
      pending = NOTHING;
      at = next;
    }
    isFirst = false;
  }
}

/** Types of headers that are not entries. */
const EXTENDED = 'xXgLKV';

/** The values of a header for the entry after it. As in GNU tar a later extended header replaces an earlier one. */
async function readExtended(archive: Source, type: string, range: Range, meter: Meter): Promise<Partial<Pending>> {
  switch (type) {
    case 'L':
      return { name: cText(byteStringOf(await readHeld(archive, range))) };
    case 'K':
      return { link: cText(byteStringOf(await readHeld(archive, range))) };
    // The label of the volume.
    case 'V':
      return {};
    default:
      return { records: await readRecords(archive, range, meter) };
  }
}

async function readRecords(archive: Source, range: Range, meter: Meter): Promise<PaxRecords> {
  return readPaxRecords(await readHeld(archive, range), range.at, meter);
}

async function readEntry(
  archive: Source,
  placed: PlacedHeader,
  size: number,
  { records: own, name, link }: Pending,
  global: PaxRecords,
  meter: Meter,
): Promise<{ entry: TarEntry; next: number }> {
  const { at, header, type } = placed;
  const records = new EntryRecords(own, global);
  const path = records.value('GNU.sparse.name') ?? records.value('path') ?? name ?? storedName(header);
  const kind = kindOf(type, path, at);
  const { data, sparse, next } = await locateData(archive, placed, size, records, meter);
  const attributes = global.attributes.size === 0 ? own.attributes : new Map([...global.attributes, ...own.attributes]);
  meter.step(attributes.size);
  const read = readAttributes(attributes);
  const mode = checked(header.mode, 'mode', at) & 0o7777;
  const entry = {
    kind,
    path,
    target: records.value('linkpath') ?? link ?? cText(header.linkName),
    mode: read.permissions === undefined ? mode : (mode & 0o7000) | read.permissions,
    uid: identity(records.number('uid') ?? header.uid, at),
    gid: identity(records.number('gid') ?? header.gid, at),
    mtime: records.time('mtime') ?? timestamp(checked(header.mtime, 'time', at)),
    xattrs: read.xattrs,
    unread: read.unread,
    major: header.major,
    minor: header.minor,
    data,
    sparse,
    at,
  };
  return { entry, next };
}

function storedName(header: UstarHeader): ByteString {
  const name = cText(header.name);
  const prefix = dialectOf(header) === 'ustar' ? cText(header.prefix) : '';
  return (prefix === '' ? name : `${prefix}/${name}`) as ByteString;
}

function kindOf(type: string, path: ByteString, at: number): TarKind {
  if (IN_PARTS.includes(type)) {
    const message = `The tar archive holds an entry of type "${type}", which is part of a set of archives.`;
    throw new UnsupportedError('tar.type', message, { at, path });
  }
  // POSIX has unknown types read as files.
  const kind = kinds[type] ?? 'file';
  // Before directories had a type, a slash at the end marked one.
  return kind === 'file' && type !== 'S' && path.endsWith('/') ? 'directory' : kind;
}

function readHeld(archive: Source, { at, length }: Range): Promise<Uint8Array> {
  if (length <= LARGEST_HEADER) return readAt(archive, at, length);
  const message = `An extended header of the tar archive has ${length} bytes; ${LARGEST_HEADER} are read.`;
  throw new InvalidImageError('tar.header-size', message, { at });
}

function checked(value: number, what: string, at: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidImageError('tar.number', `A header of the tar archive has a ${what} that is not a number.`, { at });
}

function identity(value: number, at: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff) return value;
  throw new InvalidImageError('tar.owner', `A header of the tar archive has the impossible owner ${value}.`, { at });
}
