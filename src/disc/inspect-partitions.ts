// The partition tables of an image: MBR with its logical partitions, and GPT, of 512-byte sectors.

import { GPT_SIGNATURE, gptEntry, gptHeader } from '../format/gpt/index.js';
import { type PartitionEntry as Entry, masterBootRecord, partitionEntry, SECTOR } from '../format/mbr/index.js';
import type { Source } from '../io/index.js';

const BOOT_MARK = 0xaa55;
const ENTRIES = 4;
const ENTRY = 16;
/** Extended partitions: by cylinders, by sectors, and Linux's. */
const EXTENDED_TYPES = ['0x05', '0x0f', '0x85'];
const FIRST_LOGICAL = 5;
/** A longer chain is damage. */
const MOST_LOGICAL = 256;
const UNUSED = '00000000-0000-0000-0000-000000000000';
/** More entries than this are damage, and so are larger ones. */
const MOST_GPT_ENTRIES = 1024;
const LARGEST_GPT_ENTRY = 4096;

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
  const head = new Uint8Array(2 * SECTOR);
  await image.read(0, head);
  const mbr = masterBootRecord.decode(head);
  if (mbr.signature !== BOOT_MARK || !isTable(mbr.partitions)) return [];
  const primary = mbrPartitions(mbr.partitions);
  return [...primary, ...(await logicalPartitions(image, primary)), ...(await gptPartitions(image, head))];
}

/** A FAT boot sector has the same mark; its bytes there are code, and no entry has a status other than 0 and 0x80. */
function isTable(table: Uint8Array): boolean {
  const status = Array.from({ length: ENTRIES }, (_, i) => table[i * ENTRY]!);
  return status.every((byte) => (byte & 0x7f) === 0);
}

function mbrPartitions(table: Uint8Array): PartitionFacts[] {
  const found: PartitionFacts[] = [];
  for (let i = 0; i < ENTRIES; i++) {
    const entry = partitionEntry.decode(table, i * ENTRY);
    if (entry.sectors > 0) found.push(partitionFacts(entry, i + 1, 0));
  }
  return found;
}

/** An entry of a table whose sectors count from byte `base`. */
function partitionFacts({ status, type, start, sectors }: Entry, number: number, base: number): PartitionFacts {
  return {
    table: 'mbr',
    number,
    type: `0x${type.toString(16).padStart(2, '0')}`,
    active: status === 0x80,
    at: base + start * SECTOR,
    size: sectors * SECTOR,
  };
}

/**
 * The partitions inside an extended one: a chain of tables, each with one partition, counted from its own sector, and with
 * the next table, counted from the start of the extended partition.
 */
async function logicalPartitions(image: Source, primary: readonly PartitionFacts[]): Promise<PartitionFacts[]> {
  const extended = primary.find(({ type }) => EXTENDED_TYPES.includes(type));
  const found: PartitionFacts[] = [];
  const seen = new Set<number>();
  let at = extended?.at;
  while (extended && at !== undefined && !seen.has(at) && seen.size < MOST_LOGICAL && at + SECTOR <= image.size) {
    seen.add(at);
    const sector = new Uint8Array(SECTOR);
    await image.read(at, sector);
    const { partitions, signature } = masterBootRecord.decode(sector);
    if (signature !== BOOT_MARK) break;
    const [own, next] = [0, ENTRY].map((place) => partitionEntry.decode(partitions, place)) as [Entry, Entry];
    if (own.sectors > 0) found.push(partitionFacts(own, FIRST_LOGICAL + found.length, at));
    at = next.sectors > 0 ? extended.at + next.start * SECTOR : undefined;
  }
  return found;
}

async function gptPartitions(image: Source, head: Uint8Array): Promise<PartitionFacts[]> {
  const header = gptHeader.decode(head, SECTOR);
  if (GPT_SIGNATURE.some((byte, i) => header.signature[i] !== byte)) return [];
  const { entries, entryCount, entrySize } = header;
  const length = entryCount * entrySize;
  const at = entries * SECTOR;
  if (entryCount > MOST_GPT_ENTRIES || entrySize < gptEntry.size || entrySize > LARGEST_GPT_ENTRY) return [];
  if (at + length > image.size) return [];
  const table = new Uint8Array(length);
  await image.read(at, table);
  const found: PartitionFacts[] = [];
  for (let i = 0; i < entryCount; i++) {
    const { type, first, last, name } = gptEntry.decode(table, i * entrySize);
    if (type === UNUSED || last < first) continue;
    const size = (last - first + 1) * SECTOR;
    found.push({ table: 'gpt', number: i + 1, type, name: nameOf(name), at: first * SECTOR, size });
  }
  return found;
}

function nameOf(name: Uint8Array): string {
  return new TextDecoder('utf-16le').decode(name).replace(/\0.*$/s, '');
}
