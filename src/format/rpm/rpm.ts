// Finds the payload of an RPM package.

import { alignUp, bytes, reserved, struct, u8, u32be } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { bytesAt, type Source } from '../../io/index.js';

const LEAD = 96;
const LEAD_MAGIC = 0xedabeedb;
const HEADER = 16;
const HEADER_MAGIC = 0x8eade801;
const INDEX_ENTRY = 16;
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

/** The payload of a package, compressed as it is. Throws {@link InvalidImageError} for a damaged package. */
export async function rpmPayload(file: Source): Promise<Source> {
  const metadata = alignUp(await headerEnd(file, LEAD), ALIGNMENT);
  const at = await headerEnd(file, metadata);
  return file.slice({ at, length: file.size - at });
}

async function headerEnd(file: Source, at: number): Promise<number> {
  const head = await bytesAt(file, at, HEADER);
  const { magic, entries, size } = head ? headerHead.decode(head) : { magic: 0, entries: 0, size: 0 };
  const end = at + HEADER + entries * INDEX_ENTRY + size;
  if (magic === HEADER_MAGIC && end <= file.size) return end;
  throw new InvalidImageError('rpm.damaged', 'The RPM package is damaged: a header is not one.', { at });
}
