// The partition tables of a disc: every entry is kept byte by byte, and only places and sizes change.

import { crc32 } from '../../bytes/index.js';
import { type ApplePartition, readApplePartitions } from '../../disc/index.js';
import { UnsupportedError } from '../../errors.js';
import { GPT_SIGNATURE, type GptHeader, gptEntry, gptHeader } from '../../format/gpt/index.js';
import { chsOf, type Geometry, masterBootRecord, partitionEntry, SECTOR } from '../../format/mbr/index.js';
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

const BOOT_MARK = 0xaa55;
const TABLE_AT = 446;
const ENTRY = 16;
const ENTRIES = 4;
const EXTENDED = [0x05, 0x0f, 0x85];
const UNUSED = '00000000-0000-0000-0000-000000000000';
const MOST_GPT_ENTRIES = 1024;
const MAX_SECTORS = 0xffff_ffff;
/** Larger places, beyond 128 PiB, are taken as damage. */
const MOST_SECTORS = 2 ** 48;
/** Offset of the checksum in a header. */
const CRC_AT = 16;

/** Reads all tables. Throws {@link UnsupportedError} for a table that cannot be kept. */
export async function readTables(image: Source): Promise<KeptTables> {
  const head = (await bytesAt(image, 0, 2 * SECTOR))!;
  const parts = [mbrTable(head), await gptTable(image, head), appleTable(await readApplePartitions(image), image)];
  const tables = parts.flatMap((table) => table ?? []);
  return {
    partitions: tables.flatMap(({ partitions }) => partitions),
    backupSectors: Math.max(0, ...tables.map(({ backupSectors }) => backupSectors)),
    patches: (moves) => tables.flatMap((table) => table.patches(moves)),
  };
}

function mbrTable(head: Uint8Array): KeptTables | undefined {
  const { signature } = masterBootRecord.decode(head);
  const entries = Array.from({ length: ENTRIES }, (_, i) => ({
    at: TABLE_AT + i * ENTRY,
    number: i + 1,
    ...partitionEntry.decode(head, TABLE_AT + i * ENTRY),
  }));
  // A boot sector without a table has the same mark; a table has only the status 0 or 0x80.
  if (signature !== BOOT_MARK || entries.some(({ status }) => (status & 0x7f) !== 0)) return undefined;
  const used = entries.filter(({ sectors }) => sectors > 0);
  if (used.some(({ type }) => EXTENDED.includes(type))) {
    throw new UnsupportedError('edit.extended-partition', 'The disc has an extended partition, which is not edited.');
  }
  const partitions = used.map((entry): KeptPartition => {
    const { number, start, sectors, type } = entry;
    return { table: 'mbr', number, start, sectors, type: `0x${type.toString(16).padStart(2, '0')}` };
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

type MbrEntry = ReturnType<typeof partitionEntry.decode>;

/** New cylinder addresses by the geometry of the old ones. Addresses that fit no geometry stay as they are. */
function cylinders(entry: MbrEntry, start: number, sectors: number): Partial<Pick<MbrEntry, 'first' | 'last'>> {
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

async function gptTable(image: Source, head: Uint8Array): Promise<KeptTables | undefined> {
  const header = gptHeader.decode(head, SECTOR);
  if (GPT_SIGNATURE.some((byte, i) => header.signature[i] !== byte)) return undefined;
  const entries = isWhole(header, head.subarray(SECTOR)) ? await entriesOf(image, header) : undefined;
  if (!entries) {
    const message = 'The GPT of the disc is damaged: its checksums are wrong.';
    throw new UnsupportedError('edit.gpt', message, { at: SECTOR, hint: 'Repair it with sgdisk, on a copy.' });
  }
  const backup = await backupOf(image, header);
  const partitions: KeptPartition[] = [];
  for (let i = 0; i < header.entryCount; i++) {
    const { type, first, last } = gptEntry.decode(entries, i * header.entrySize);
    if (type === UNUSED) continue;
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

/** Whether the checksum of a header is right, and its places are possible. */
function isWhole(header: GptHeader, stored: Uint8Array): boolean {
  const { headerCrc, headerSize, entryCount, entrySize, own, other, entries, lastUsable } = header;
  const isSized = headerSize === gptHeader.size && entryCount <= MOST_GPT_ENTRIES && entrySize === gptEntry.size;
  if (!isSized || [own, other, entries, lastUsable].some((sector) => sector > MOST_SECTORS)) return false;
  const bytes = stored.slice(0, gptHeader.size);
  bytes.fill(0, CRC_AT, CRC_AT + 4);
  return crc32(bytes) === headerCrc;
}

async function entriesOf(image: Source, header: GptHeader): Promise<Uint8Array | undefined> {
  const { entryCount, entrySize, entries, entriesCrc } = header;
  const bytes = await bytesAt(image, entries * SECTOR, entryCount * entrySize);
  if (!bytes || crc32(bytes) !== entriesCrc) return undefined;
  for (let i = 0; i < entryCount; i++) {
    const { type, first, last } = gptEntry.decode(bytes, i * entrySize);
    if (type !== UNUSED && (first > last || last > MOST_SECTORS)) return undefined;
  }
  return bytes;
}

/** The second header, if it is where the first one says. */
async function backupOf(image: Source, { other }: GptHeader): Promise<GptHeader | undefined> {
  const sector = await bytesAt(image, other * SECTOR, SECTOR);
  const header = sector && gptHeader.decode(sector);
  return header && isWhole(header, sector) && header.own === other ? header : undefined;
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
