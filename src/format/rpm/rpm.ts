// Finds the parts of an RPM package.

import { alignUp, bytes, reserved, struct, u8, u32be } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { bytesAt, type Source } from '../../io/index.js';
import { type RpmFile, readRpmFiles } from './files.js';

const LEAD = 96;
const LEAD_MAGIC = 0xedabeedb;
const HEADER = 16;
const HEADER_MAGIC = 0x8eade801;
/** Bytes before the counts of a header. */
const COUNTS = 8;
const INDEX_ENTRY = 16;
/** Larger ones are refused by rpm, too. */
const LARGEST_HEADER = 256 * 1024 * 1024;
/** The signature header is padded to this many bytes, the metadata header is not. */
const ALIGNMENT = 8;

const lead = struct('RPM lead', LEAD, {
  magic: u32be(0),
  /** 3 or 4; both have the same headers. */
  version: u8(4),
  rest: bytes(5, 91),
});

const headerHead = struct('RPM header', HEADER, {
  magic: u32be(0),
  reserved4: reserved(4, 4),
  entries: u32be(8),
  size: u32be(12),
});

/** Whether a file begins like a package. */
export async function isRpm(file: Source): Promise<boolean> {
  const head = await bytesAt(file, 0, LEAD);
  if (!head) return false;
  const { magic, version } = lead.decode(head);
  return magic === LEAD_MAGIC && (version === 3 || version === 4);
}

/** The parts of a package. */
export interface OpenedRpm {
  /** Compressed as it is. */
  readonly payload: Source;
  /** Reads the list of files. Throws {@link InvalidImageError} for a damaged one. */
  files(): Promise<readonly RpmFile[]>;
}

/** Opens a package. Throws {@link InvalidImageError} for a damaged one. */
export async function openRpm(file: Source): Promise<OpenedRpm> {
  const metadata = alignUp(await headerEnd(file, LEAD), ALIGNMENT);
  const end = await headerEnd(file, metadata);
  const files = async () => {
    const at = metadata + COUNTS;
    if (end - at > LARGEST_HEADER) throw damaged(metadata);
    const bytes = new Uint8Array(end - at);
    await file.read(at, bytes);
    return readRpmFiles(bytes);
  };
  return { payload: file.slice({ at: end, length: file.size - end }), files };
}

async function headerEnd(file: Source, at: number): Promise<number> {
  const head = await bytesAt(file, at, HEADER);
  const { magic, entries, size } = head ? headerHead.decode(head) : { magic: 0, entries: 0, size: 0 };
  const end = at + HEADER + entries * INDEX_ENTRY + size;
  if (magic === HEADER_MAGIC && end <= file.size) return end;
  throw damaged(at);
}

function damaged(at: number): InvalidImageError {
  return new InvalidImageError('rpm.damaged', 'The RPM package is damaged: a header is not one.', { at });
}
