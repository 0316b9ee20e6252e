// The partition tables of an image: MBR with its logical partitions, and GPT. Sectors have 512 bytes unless a GPT is found where
// larger ones put it.

import { untilNul } from '../bytes/index.js';
import {
  type GptHeader,
  gptEntry,
  gptHeader,
  hasPlausibleEntries,
  isGptHeader,
  UNUSED_GPT_ENTRY,
} from '../format/gpt/index.js';
import {
  BOOT_MARK,
  type PartitionEntry as Entry,
  masterBootRecord,
  mbrEntries,
  mbrTypeName,
  partitionEntry,
  SECTOR,
} from '../format/mbr/index.js';
import type { Source } from '../io/index.js';
import { isExtendedType } from './partition-types.js';

/** Of a GPT: those of disks, and of drives whose sectors are larger. */
export const SECTOR_SIZES = [512, 1024, 2048, 4096];
const FIRST_LOGICAL = 5;
/** A longer chain is damage. */
const MOST_LOGICAL = 256;

/** One partition of an image. */
export interface PartitionFacts {
  readonly table: 'mbr' | 'gpt';
  /** From 1. */
  readonly number: number;
  /** `0xef`, or a type GUID. */
  readonly type: string;
  readonly name?: string;
  readonly active?: boolean;
  /** Bytes. */
  readonly at: number;
  readonly size: number;
}

/** The partitions of both tables; none if there is no table. */
export async function readPartitions(image: Source): Promise<PartitionFacts[]> {
  if (image.size < 2 * SECTOR) return [];
  const head = new Uint8Array(Math.min(image.size, 2 * SECTOR_SIZES.at(-1)!));
  await image.read(0, head);
  const entries = mbrEntries(head);
  if (!entries) return [];
  const gpt = findHeader(head);
  const primary = mbrPartitions(entries, gpt?.sector ?? SECTOR);
  const logical = await logicalPartitions(image, primary);
  return [...primary, ...logical, ...(gpt ? await gptPartitions(image, gpt) : [])];
}

function mbrPartitions(entries: readonly Entry[], sector: number): PartitionFacts[] {
  return entries.flatMap((entry, i) => (entry.sectors > 0 ? [partitionFacts(entry, i + 1, 0, sector)] : []));
}

/** An entry of a table whose sectors count from byte `base`. */
function partitionFacts(entry: Entry, number: number, base: number, sector: number = SECTOR): PartitionFacts {
  const { status, type, start, sectors } = entry;
  return {
    table: 'mbr',
    number,
    type: mbrTypeName(type),
    active: status === 0x80,
    at: base + start * sector,
    size: sectors * sector,
  };
}

/**
 * The partitions inside an extended one: a chain of tables, each with one partition, counted from its own sector, and with
 * the next table, counted from the start of the extended partition.
 */
async function logicalPartitions(image: Source, primary: readonly PartitionFacts[]): Promise<PartitionFacts[]> {
  const extended = primary.find(({ type }) => isExtendedType(type));
  const found: PartitionFacts[] = [];
  const seen = new Set<number>();
  let at = extended?.at;
  while (extended && at !== undefined && !seen.has(at) && seen.size < MOST_LOGICAL && at + SECTOR <= image.size) {
    seen.add(at);
    const sector = new Uint8Array(SECTOR);
    await image.read(at, sector);
    const { partitions, signature } = masterBootRecord.decode(sector);
    if (signature !== BOOT_MARK) break;
    const [own, next] = [0, partitionEntry.size].map((place) => partitionEntry.decode(partitions, place)) as [
      Entry,
      Entry,
    ];
    if (own.sectors > 0) found.push(partitionFacts(own, FIRST_LOGICAL + found.length, at));
    at = next.sectors > 0 ? extended.at + next.start * SECTOR : undefined;
  }
  return found;
}

interface FoundHeader {
  readonly header: GptHeader;
  /** Bytes of a sector. */
  readonly sector: number;
}

/** The header in sector 1, with any sector size. */
function findHeader(head: Uint8Array): FoundHeader | undefined {
  for (const sector of SECTOR_SIZES) {
    if (sector + gptHeader.size > head.length) return undefined;
    if (isGptHeader(head, sector)) return { header: gptHeader.decode(head, sector), sector };
  }
  return undefined;
}

async function gptPartitions(image: Source, { header, sector }: FoundHeader): Promise<PartitionFacts[]> {
  const { entries, entryCount, entrySize } = header;
  const length = entryCount * entrySize;
  const at = entries * sector;
  if (!hasPlausibleEntries(header) || at + length > image.size) return [];
  const table = new Uint8Array(length);
  await image.read(at, table);
  const found: PartitionFacts[] = [];
  for (let i = 0; i < entryCount; i++) {
    const { type, first, last, name } = gptEntry.decode(table, i * entrySize);
    if (type === UNUSED_GPT_ENTRY || last < first) continue;
    const size = (last - first + 1) * sector;
    found.push({ table: 'gpt', number: i + 1, type, name: nameOf(name), at: first * sector, size });
  }
  return found;
}

function nameOf(name: Uint8Array): string {
  return untilNul(new TextDecoder('utf-16le').decode(name));
}
