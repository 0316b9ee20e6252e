// Which partition a medium's partition digest covers, by the rule that checkers and taggers share: GPT before MBR, never
// the ESP, of the others the one that ends last. Sectors of 512 bytes. UEFI 2.11 §5.2 and §5.3 for the tables.

import { bytes, guidText, reserved, struct, u8, u16le, u32le, u64le } from '../../bytes/index.js';
import type { Source } from '../../io/index.js';

export const SECTOR = 512;

/** In sectors of 512 bytes. */
export interface PartitionExtent {
  readonly start: number;
  readonly sectors: number;
}

const gptHeader = struct('GPT header', 92, {
  signature: bytes(0, 8),
  revision: u32le(8),
  reserved1: reserved(12, 60),
  entriesLba: u64le(72),
  entries: u32le(80),
  entrySize: u32le(84),
  reserved2: reserved(88, 4),
});

const gptEntry = struct('GPT entry', 56, {
  type: bytes(0, 16),
  reserved1: reserved(16, 16),
  firstLba: u64le(32),
  lastLba: u64le(40),
  reserved2: reserved(48, 8),
});

const mbrEntry = struct('MBR entry', 16, {
  status: u8(0),
  reserved1: reserved(1, 3),
  type: u8(4),
  reserved2: reserved(5, 3),
  start: u32le(8),
  sectors: u32le(12),
});

const ESP_GUID = 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b';
const UNUSED_GUID = '00000000-0000-0000-0000-000000000000';
const MBR_ESP = 0xef;
const EFI_PART = 'EFI PART';
const REVISION_1_0 = 0x0001_0000;
/** Checkers look no further for the entries. */
const SEARCHED = 64 * 1024;

/** The partition that the digest covers; undefined when no table names one. */
export async function choosePartition(image: Source): Promise<PartitionExtent | undefined> {
  const head = new Uint8Array(Math.min(SEARCHED, image.size));
  await image.read(0, head);
  if (head.length < 2 * SECTOR) return undefined;
  return lastEnding(gptPartitions(head)) ?? lastEnding(mbrPartitions(head));
}

function lastEnding(partitions: readonly PartitionExtent[]): PartitionExtent | undefined {
  let last: PartitionExtent | undefined;
  for (const found of partitions) {
    if (!last || found.start + found.sectors > last.start + last.sectors) last = found;
  }
  return last;
}

function gptPartitions(head: Uint8Array): PartitionExtent[] {
  const header = gptHeader.decode(head, SECTOR);
  if (String.fromCharCode(...header.signature) !== EFI_PART || header.revision !== REVISION_1_0) return [];
  const found: PartitionExtent[] = [];
  const first = header.entriesLba * SECTOR;
  for (let i = 0; i < header.entries && header.entrySize >= gptEntry.size; i++) {
    const at = first + i * header.entrySize;
    if (at + gptEntry.size > head.length) break;
    const entry = gptEntry.decode(head, at);
    const type = guidText(entry.type);
    if (type === UNUSED_GUID || type === ESP_GUID || entry.lastLba < entry.firstLba) continue;
    found.push({ start: entry.firstLba, sectors: entry.lastLba - entry.firstLba + 1 });
  }
  return found;
}

function mbrPartitions(head: Uint8Array): PartitionExtent[] {
  if (struct('MBR mark', 2, { mark: u16le(0) }).decode(head, 510).mark !== 0xaa55) return [];
  const found: PartitionExtent[] = [];
  for (let i = 0; i < 4; i++) {
    const { status, type, start, sectors } = mbrEntry.decode(head, 446 + i * 16);
    const plain = status === 0 || status === 0x80;
    // An entry over the table itself is the dummy that marks a hybrid; the entry after it is not a partition of the medium.
    if (sectors > 0 && start === 0 && plain) break;
    if (type !== 0 && type !== MBR_ESP && plain && sectors > 0) found.push({ start, sectors });
  }
  return found;
}
