// Reads one copy of a GPT, and checks it as firmware does (UEFI 2.11 §5.3.2).

import { crc32 } from '../../bytes/index.js';
import { bytesAt, type Source } from '../../io/index.js';
import { GPT_SIGNATURE, type GptHeader, gptEntry, gptHeader, SECTOR } from './gpt.js';

/** A larger entry array, in bytes, is damage: real ones have 16 KiB. */
const LARGEST_ARRAY = 4 * 1024 * 1024;
/** Offset of the checksum in a header, which counts as zero in its own sum. */
const CHECKSUM_AT = 16;
/** The type of an entry that is not used. */
export const UNUSED_GPT_ENTRY = '00000000-0000-0000-0000-000000000000';

/** One copy of a GPT as it is stored, sound or not. */
export interface StoredGpt {
  /** Byte of its header. */
  readonly at: number;
  readonly header: GptHeader;
  /** The sector of the header. */
  readonly bytes: Uint8Array;
  /** Undefined if they are outside the image, or too many to be real. */
  readonly entries: Uint8Array | undefined;
}

/** Whether bytes begin with the signature of a GPT header. */
export function isGptHeader(bytes: Uint8Array, at = 0): boolean {
  return GPT_SIGNATURE.every((byte, i) => bytes[at + i] === byte);
}

/** Whether the entry array has a size that a real table can have. */
export function hasPlausibleEntries({ entryCount, entrySize }: GptHeader): boolean {
  return entrySize >= gptEntry.size && entryCount * entrySize <= LARGEST_ARRAY;
}

/** Reads the copy whose header is at a byte of a disk with sectors of 512 bytes; undefined without a header there. */
export async function readGpt(image: Source, at: number): Promise<StoredGpt | undefined> {
  const bytes = await bytesAt(image, at, SECTOR);
  if (!bytes || !isGptHeader(bytes)) return undefined;
  const header = gptHeader.decode(bytes);
  const length = header.entryCount * header.entrySize;
  const entries = hasPlausibleEntries(header) ? await bytesAt(image, header.entries * SECTOR, length) : undefined;
  return { at, header, bytes, entries };
}

/** The fault of the header of a copy, as a sentence: its size, its checksum, or its own address. */
export function gptHeaderFault({ at, header, bytes }: StoredGpt): string | undefined {
  const { headerSize, headerCrc, own } = header;
  if (headerSize < gptHeader.size || headerSize > SECTOR) return `Its header has ${headerSize} bytes.`;
  const summed = bytes.slice(0, headerSize);
  summed.fill(0, CHECKSUM_AT, CHECKSUM_AT + 4);
  if (crc32(summed) !== headerCrc) return 'The checksum of its header is wrong.';
  return own * SECTOR === at ? undefined : `It is at sector ${at / SECTOR}, and says that it is at ${own}.`;
}

/** The fault of the entries of a copy, as a sentence: their number, their place, or their checksum. */
export function gptEntriesFault({ header, entries }: StoredGpt): string | undefined {
  if (!hasPlausibleEntries(header)) return `It has ${header.entryCount} entries of ${header.entrySize} bytes.`;
  if (!entries) return 'Its entries are outside the image.';
  return crc32(entries) === header.entriesCrc ? undefined : 'The checksum of its entries is wrong.';
}
