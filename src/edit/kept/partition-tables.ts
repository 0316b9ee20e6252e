// The partition tables of a disc: every entry is kept byte by byte, and only places and sizes change.

import { crc32 } from '../../bytes/index.js';
import { type ApplePartition, isExtendedType, readApplePartitions } from '../../disc/index.js';
import { UnsupportedError } from '../../errors.js';
import {
  type GptHeader,
  gptEntriesFault,
  gptEntry,
  gptHeader,
  gptHeaderFault,
  readGpt,
  type StoredGpt,
  UNUSED_GPT_ENTRY,
} from '../../format/gpt/index.js';
import {
  chsOf,
  type Geometry,
  MBR_TABLE_AT,
  mbrEntries,
  mbrTypeName,
  type PartitionEntry,
  partitionEntry,
  SECTOR,
} from '../../format/mbr/index.js';
import { bytesAt, type Patch, type Source } from '../../io/index.js';

/** A run of 512-byte sectors. */
export interface Span {
  readonly start: number;
  readonly sectors: number;
}

export interface KeptPartition extends Span {
  readonly table: 'mbr' | 'gpt' | 'apm';
  /** From 1. */
  readonly number: number;
  /** `0xef`, a type GUID, or `Apple_HFS`. */
  readonly type: string;
}

/** Translates places on the old disc to places on the new one. */
export interface Moves {
  /** The place of a partition. */
  span(partition: KeptPartition): Span;
  /** The new place of a 512-byte sector that stays, or moves with its surroundings. */
  sector(old: number): number;
  /** Sectors that the disc grows by. */
  readonly growth: number;
}

export interface KeptTables {
  readonly partitions: readonly KeptPartition[];
  /** Sectors at the end of the disc that belong to the second GPT. */
  readonly backupSectors: number;
  /** The changed bytes of the tables, for the new disc. */
  patches(moves: Moves): Patch[];
}

const MAX_SECTORS = 0xffff_ffff;
/** Larger places, beyond 128 PiB, are taken as damage. */
const MOST_SECTORS = 2 ** 48;

/** Reads all tables. Throws {@link UnsupportedError} for a table that cannot be kept. */
export async function readTables(image: Source): Promise<KeptTables> {
  const head = (await bytesAt(image, 0, 2 * SECTOR))!;
  const parts = [mbrTable(head), await gptTable(image), appleTable(await readApplePartitions(image), image)];
  const tables = parts.flatMap((table) => table ?? []);
  return {
    partitions: tables.flatMap(({ partitions }) => partitions),
    backupSectors: Math.max(0, ...tables.map(({ backupSectors }) => backupSectors)),
    patches: (moves) => tables.flatMap((table) => table.patches(moves)),
  };
}

function mbrTable(head: Uint8Array): KeptTables | undefined {
  const entries = mbrEntries(head)?.map((entry, i) => {
    return { ...entry, at: MBR_TABLE_AT + i * partitionEntry.size, number: i + 1 };
  });
  if (!entries) return undefined;
  const used = entries.filter(({ sectors }) => sectors > 0);
  if (used.some(({ type }) => isExtendedType(mbrTypeName(type)))) {
    throw new UnsupportedError('edit.extended-partition', 'The disc has an extended partition, which is not edited.');
  }
  const partitions = used.map((entry): KeptPartition => {
    const { number, start, sectors, type } = entry;
    return { table: 'mbr', number, start, sectors, type: mbrTypeName(type) };
  });
  const patches = (moves: Moves) =>
    used.map((entry, i): Patch => {
      const old = partitions[i]!;
      // The largest number means: to the end of the disk, as in a protective MBR.
      const { start, sectors } = old.sectors === MAX_SECTORS ? old : moves.span(old);
      const { at, number: _, ...fields } = entry;
      const moved = start !== old.start || sectors !== old.sectors;
      const size = Math.min(sectors, MAX_SECTORS);
      return {
        at,
        bytes: partitionEntry.encode(
          moved ? { ...fields, start, sectors: size, ...cylinders(entry, start, size) } : fields,
        ),
      };
    });
  return { partitions, backupSectors: 0, patches };
}

/** New cylinder addresses by the geometry of the old ones. Addresses that fit no geometry stay as they are. */
function cylinders(
  entry: PartitionEntry,
  start: number,
  sectors: number,
): Partial<Pick<PartitionEntry, 'first' | 'last'>> {
  const isOf = (geometry: Geometry) => {
    const [first, last] = [chsOf(entry.start, geometry), chsOf(entry.start + entry.sectors - 1, geometry)];
    const agrees = (a: typeof first, b: typeof first) =>
      a.cylinder === b.cylinder && a.head === b.head && a.sector === b.sector;
    return agrees(first, entry.first) && agrees(last, entry.last);
  };
  const candidates = [
    { heads: entry.last.head + 1, sectorsPerHead: entry.last.sector },
    { heads: 64, sectorsPerHead: 32 },
    { heads: 255, sectorsPerHead: 63 },
  ];
  const geometry = candidates.find((one) => one.sectorsPerHead > 0 && isOf(one));
  if (!geometry) return {};
  return { first: chsOf(start, geometry), last: chsOf(start + sectors - 1, geometry) };
}

async function gptTable(image: Source): Promise<KeptTables | undefined> {
  const primary = await readGpt(image, SECTOR);
  if (!primary) return undefined;
  const { header, entries } = primary;
  const fault = gptHeaderFault(primary) ?? gptEntriesFault(primary) ?? movingFault(primary);
  if (!entries || fault !== undefined) {
    const message = `The GPT of the disc is damaged. ${fault}`;
    throw new UnsupportedError('edit.gpt', message, { at: SECTOR, hint: 'Repair it with sgdisk, on a copy.' });
  }
  const backup = await backupOf(image, header);
  const partitions: KeptPartition[] = [];
  for (let i = 0; i < header.entryCount; i++) {
    const { type, first, last } = gptEntry.decode(entries, i * header.entrySize);
    if (type === UNUSED_GPT_ENTRY) continue;
    partitions.push({ table: 'gpt', number: i + 1, type, start: first, sectors: last - first + 1 });
  }
  return {
    partitions,
    backupSectors: backup ? header.other - backup.entries + 1 : 0,
    patches: (moves) => {
      const moved = movedEntries(header, entries, partitions, moves);
      const patch = (old: GptHeader): Patch[] => [
        { at: moves.sector(old.entries) * SECTOR, bytes: moved },
        { at: moves.sector(old.own) * SECTOR, bytes: movedHeader(old, moved, moves) },
      ];
      return [...patch(header), ...(backup ? patch(backup) : [])];
    },
  };
}

/** Why a sound table cannot be rendered with other places, as a sentence. */
function movingFault({ header, entries }: StoredGpt): string | undefined {
  const { headerSize, entryCount, entrySize, own, other, entries: array, lastUsable } = header;
  if (headerSize !== gptHeader.size) return `Its header has ${headerSize} bytes.`;
  if (entrySize !== gptEntry.size) return `Its entries have ${entrySize} bytes.`;
  if ([own, other, array, lastUsable].some((sector) => sector > MOST_SECTORS))
    return 'It names sectors beyond any disk.';
  for (let i = 0; entries && i < entryCount; i++) {
    const { type, first, last } = gptEntry.decode(entries, i * entrySize);
    const isPossible = type === UNUSED_GPT_ENTRY || (first <= last && last <= MOST_SECTORS);
    if (!isPossible) return `Partition ${i + 1} ends before it begins, or beyond any disk.`;
  }
  return undefined;
}

/** The second header, if it is where the first one says. Its entries are written again, right or wrong. */
async function backupOf(image: Source, { other }: GptHeader): Promise<GptHeader | undefined> {
  const backup = await readGpt(image, other * SECTOR);
  if (!backup || gptHeaderFault(backup) !== undefined) return undefined;
  return movingFault({ ...backup, entries: undefined }) === undefined ? backup.header : undefined;
}

function movedEntries(
  { entrySize }: GptHeader,
  entries: Uint8Array,
  partitions: readonly KeptPartition[],
  moves: Moves,
): Uint8Array {
  const moved = entries.slice();
  for (const partition of partitions) {
    const at = (partition.number - 1) * entrySize;
    const { start, sectors } = moves.span(partition);
    gptEntry.encodeInto({ ...gptEntry.decode(entries, at), first: start, last: start + sectors - 1 }, moved, at);
  }
  return moved;
}

function movedHeader(old: GptHeader, entries: Uint8Array, moves: Moves): Uint8Array {
  const header = {
    ...old,
    own: moves.sector(old.own),
    other: moves.sector(old.other),
    entries: moves.sector(old.entries),
    lastUsable: old.lastUsable + moves.growth,
    entriesCrc: crc32(entries),
    headerCrc: 0,
  };
  return gptHeader.encode({ ...header, headerCrc: crc32(gptHeader.encode(header)) });
}

/** Offsets in the driver descriptor map and in a partition map entry (Inside Macintosh: Devices). */
const DEVICE_BLOCKS_AT = 4;
const APPLE = { start: 8, blocks: 12, dataBlocks: 84 } as const;

function appleTable(found: readonly ApplePartition[], image: Source): KeptTables | undefined {
  const [{ sector } = { sector: SECTOR }] = found;
  const scale = sector / SECTOR;
  if (found.length === 0) return undefined;
  const partitions = found.map(({ number, type, at, size }): KeptPartition => {
    return { table: 'apm', number, type, start: at / SECTOR, sectors: size / SECTOR };
  });
  const word = (at: number, value: number): Patch => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    return { at, bytes };
  };
  const patches = (moves: Moves) =>
    partitions.flatMap((partition) => {
      const { start, sectors } = moves.span(partition);
      if (start === partition.start && sectors === partition.sectors) return [];
      const at = partition.number * sector;
      const blocks = Math.floor(sectors / scale);
      return [
        word(at + APPLE.start, start / scale),
        word(at + APPLE.blocks, blocks),
        word(at + APPLE.dataBlocks, blocks),
      ];
    });
  const device = (moves: Moves): Patch[] =>
    moves.growth === 0 ? [] : [word(DEVICE_BLOCKS_AT, Math.floor((image.size / SECTOR + moves.growth) / scale))];
  return {
    partitions,
    backupSectors: 0,
    patches: (moves) => [...patches(moves), ...(found[0]!.hasDriverMap ? device(moves) : [])],
  };
}
