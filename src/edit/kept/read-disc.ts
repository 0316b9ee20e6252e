// Reads everything that an edit keeps of a disc. Layouts that are not understood are refused here, before anything is planned.

import { divCeil } from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { SECTORS_PER_BLOCK } from '../../format/eltorito/index.js';
import {
  BLOCK,
  isRecord,
  readRecord,
  recogniseIso,
  SYSTEM_AREA_BLOCKS,
  volumeDescriptor,
} from '../../format/iso9660/index.js';
import { recogniseUdf } from '../../format/udf/index.js';
import { bytesAt, isZero, type Source } from '../../io/index.js';
import { type KeptCatalog, readCatalog } from './boot-catalog.js';
import { checksumTags } from './checksum-tags.js';
import type { Data } from './entries.js';
import { MetadataReader } from './metadata-reader.js';
import { type KeptTables, readTables } from './partition-tables.js';
import { type KeptTree, readHierarchy } from './read-hierarchy.js';

const STANDARD_ID = 'CD001';
/** Of Apple's map, GPT and MBR. */
const HFS_TYPES = /^(?:Apple_HFSX?|48465300-0000-11aa-aa11-00306543ecac|0xaf)$/;
const MOST_DESCRIPTORS = 64;
const BOOT_RECORD = 0;
const PRIMARY = 1;
const SUPPLEMENTARY = 2;
const TERMINATOR = 255;
const JOLIET = [0x25, 0x2f];
/** Blocks read at a time when unused space is searched. */
const CHUNK = 512;

/** A volume descriptor with a hierarchy. */
export interface KeptDescriptor {
  /** Counted from the start of the disc. */
  readonly block: number;
  readonly origin: number;
  readonly bytes: Uint8Array;
  readonly isPrimary: boolean;
  readonly isEnhanced: boolean;
  readonly tree: KeptTree;
}

export interface KeptDisc {
  readonly image: Source;
  readonly descriptors: readonly KeptDescriptor[];
  /** The hierarchies, first the one with the most metadata. */
  readonly trees: readonly KeptTree[];
  /** The boot catalog, with the boot record that points to it. */
  readonly catalog: KeptCatalog | undefined;
  readonly tables: KeptTables;
  /** The bytes of files by their first block. */
  readonly data: ReadonlyMap<number, Data>;
  /** The blocks of directories and path tables. If these need more, everything from the end on moves back. */
  readonly metadata: { readonly start: number; readonly end: number };
  /** Blocks with checksums of libisofs over the blocks before them. */
  readonly checksums: readonly number[];
  /** The blocks of an HFS or HFS+ view of the files, which stay together and unchanged. */
  readonly hfs: { readonly start: number; readonly end: number } | undefined;
  /** The block after the last file. Everything from here on moves back for added data. */
  readonly insertAt: number;
}

/** Reads the disc. Throws {@link UnsupportedError} for layouts that cannot be kept. */
export async function readDisc(image: Source): Promise<KeptDisc> {
  await refuseOthers(image);
  const tables = await readTables(image);
  const reader = new MetadataReader(image);
  const data = new Map<number, Data>();
  const dataAt = (block: number, size: number): Data => {
    const known = data.get(block);
    if (known && known.size >= size) return known;
    if ((block + divCeil(size, BLOCK)) * BLOCK > image.size) {
      throw new InvalidImageError('edit.truncated', 'The image ends inside a file.', { at: block * BLOCK });
    }
    const found: Data =
      known && known.size === size ? known : { size, old: block, content: undefined, replaces: undefined };
    data.set(block, found);
    return found;
  };
  const descriptors: KeptDescriptor[] = [];
  let catalog: KeptCatalog | undefined;
  for (const origin of await originsOf(image, tables)) {
    const set = await readSet(reader, origin, dataAt);
    descriptors.push(...set.descriptors);
    for (const record of set.bootRecords) catalog ??= await readCatalog(image, record);
  }
  const trees = [...new Set(descriptors.map(({ tree }) => tree))];
  const insertAt = await endOfUsed(image, { reader, data, catalog, tables });
  const metadata = await metadataOf(image, { reader, data, catalog, tables }, descriptors);
  const hfs = hfsView(tables, data, { start: metadata.end, end: insertAt });
  const checksums = await checksumTags(image);
  return { image, descriptors, trees: byValue(trees), catalog, tables, data, metadata, checksums, hfs, insertAt };
}

const VALUE = ['rock-ridge', 'joliet', 'iso9660'];

function byValue(trees: readonly KeptTree[]): KeptTree[] {
  return [...trees].sort((a, b) => a.origin - b.origin || VALUE.indexOf(a.kind) - VALUE.indexOf(b.kind));
}

async function refuseOthers(image: Source): Promise<void> {
  const volume = await recogniseIso(image);
  if (!volume) {
    const message = 'This is not an ISO 9660 image.';
    throw new InvalidImageError('edit.not-an-iso', message, { hint: 'Give an ISO file, such as an installer.' });
  }
  if (volume.sessions > 1) {
    const message = `The disc has ${volume.sessions} sessions; only discs of one session are edited.`;
    throw new UnsupportedError('edit.sessions', message);
  }
  if (await recogniseUdf(image)) {
    const message = 'The disc has a UDF view of its files, which would still show the old files after an edit.';
    throw new UnsupportedError('edit.udf', message, {
      hint: 'Extract its files, and make a disc of them.',
    });
  }
  if (volume.size > image.size) {
    const message = `The volume has ${volume.size} bytes, the image only ${image.size}: it is cut short.`;
    throw new InvalidImageError('edit.truncated', message, { at: image.size });
  }
}

/**
 * The partition of an HFS or HFS+ file system that shares the files. Its addresses are relative to its start, so it stays valid if it moves
 * as a whole, but it still shows the old files. An HFS image that is itself a file is not such a view.
 */
function hfsView({ partitions }: KeptTables, data: KeptDisc['data'], files: { start: number; end: number }) {
  const view = partitions.find(({ type, start }) => HFS_TYPES.test(type) && !data.has(start / SECTORS_PER_BLOCK));
  if (!view) return undefined;
  const start = view.start / SECTORS_PER_BLOCK;
  const end = divCeil(view.start + view.sectors, SECTORS_PER_BLOCK);
  if (Number.isInteger(start) && start >= files.start && end <= files.end) return { start, end };
  const message = 'The disc has an HFS or HFS+ file system around the structures of ISO 9660, which could not be kept.';
  throw new UnsupportedError('edit.hfs', message);
}

/** Blocks that sets of volume descriptors are relative to: 0, and the start of a partition that can be mounted by itself. */
async function originsOf(image: Source, { partitions }: KeptTables): Promise<number[]> {
  const origins = [0];
  for (const { start } of partitions) {
    const origin = start / SECTORS_PER_BLOCK;
    if (start <= 0 || !Number.isInteger(origin) || origins.includes(origin)) continue;
    const block = await bytesAt(image, (origin + SYSTEM_AREA_BLOCKS) * BLOCK, BLOCK);
    // A separate ISO image in a later partition has descriptors too, but shows its own files and needs no edit.
    if (block && block[0] === PRIMARY && isDescriptor(block) && origin < SYSTEM_AREA_BLOCKS * 2) origins.push(origin);
  }
  return origins;
}

function isDescriptor(block: Uint8Array): boolean {
  return String.fromCharCode(...block.subarray(1, 6)) === STANDARD_ID;
}

interface DescriptorSet {
  readonly descriptors: readonly KeptDescriptor[];
  readonly bootRecords: readonly KeptCatalog['record'][];
}

async function readSet(
  reader: MetadataReader,
  origin: number,
  dataAt: (block: number, size: number) => Data,
): Promise<DescriptorSet> {
  const descriptors: KeptDescriptor[] = [];
  const bootRecords: KeptCatalog['record'][] = [];
  const trees = new Map<number, KeptTree>();
  const first = origin + SYSTEM_AREA_BLOCKS;
  for (let block = first; block < first + MOST_DESCRIPTORS; block++) {
    const bytes = await reader.bytes({ at: block * BLOCK, length: BLOCK });
    if (!isDescriptor(bytes) || bytes[0] === TERMINATOR) break;
    if (bytes[0] === BOOT_RECORD) bootRecords.push({ block, bytes });
    if (bytes[0] !== PRIMARY && bytes[0] !== SUPPLEMENTARY) continue;
    const fields = volumeDescriptor.decode(bytes);
    if (fields.blockSize !== BLOCK) {
      const message = `Discs with blocks of ${fields.blockSize} bytes are not edited.`;
      throw new UnsupportedError('edit.block-size', message);
    }
    const root = isRecord(fields.rootRecord, 0) ? readRecord(fields.rootRecord, 0) : undefined;
    if (!root) throw new InvalidImageError('edit.directory', 'A volume descriptor has no root directory.');
    const kind = isJoliet(bytes[0], fields.escapes) ? 'joliet' : 'iso9660';
    const known = trees.get(root.extent);
    const tree = known ?? (await readHierarchy(reader, { kind, origin, root }, dataAt));
    trees.set(root.extent, tree);
    await touchPathTables(reader, fields, origin);
    const isEnhanced = bytes[0] === SUPPLEMENTARY && bytes[6] === 2;
    descriptors.push({ block, origin, bytes, isPrimary: bytes[0] === PRIMARY, isEnhanced, tree });
  }
  // An enhanced descriptor may share its hierarchy with the primary one.
  return { descriptors, bootRecords };
}

function isJoliet(type: number, escapes: Uint8Array): boolean {
  return type === SUPPLEMENTARY && JOLIET.every((byte, i) => escapes[i] === byte);
}

/** Reads the path tables, so that their blocks count as structures. */
async function touchPathTables(
  reader: MetadataReader,
  fields: ReturnType<typeof volumeDescriptor.decode>,
  origin: number,
): Promise<void> {
  const { pathTableSize: length } = fields;
  for (const table of pathTablesOf(fields)) await reader.bytes({ at: (table.block + origin) * BLOCK, length });
}

/** The path tables that a descriptor names. */
export function pathTablesOf(fields: ReturnType<typeof volumeDescriptor.decode>) {
  return (
    [
      { field: 'pathTableL', order: 'little' },
      { field: 'optionalPathTableL', order: 'little' },
      { field: 'pathTableM', order: 'big' },
      { field: 'optionalPathTableM', order: 'big' },
    ] as const
  )
    .map((one) => ({ ...one, block: fields[one.field] }))
    .filter(({ block }) => block > 0);
}

interface Used {
  readonly reader: MetadataReader;
  readonly data: ReadonlyMap<number, Data>;
  readonly catalog: KeptCatalog | undefined;
  readonly tables: KeptTables;
}

/**
 * The block after everything that stays in place: structures, files, boot images, and bytes that no structure names. It is followed by
 * appended partitions, padding and the second GPT.
 */
async function endOfUsed(image: Source, { reader, data, catalog, tables }: Used): Promise<number> {
  const spans = [...data.values()].map(({ old, size }) => ({ start: old!, end: old! + divCeil(size, BLOCK) }));
  const images = (catalog?.entries ?? []).map(({ block, sectors }) => ({
    start: block,
    end: block + Math.max(1, divCeil(sectors, SECTORS_PER_BLOCK)),
  }));
  const all = [...spans, ...images, { start: catalog?.block ?? 0, end: catalog ? catalog.block + 1 : 0 }];
  const isAfter = (start: number) => (span: { start: number; end: number }) => span.end <= start || span.start >= start;
  let tail = divCeil(image.size, BLOCK) - divCeil(tables.backupSectors, SECTORS_PER_BLOCK);
  const starts = tables.partitions
    .map(({ start }) => start / SECTORS_PER_BLOCK)
    .filter((start) => Number.isInteger(start) && start >= reader.end && start < tail);
  // A partition belongs to the tail if nothing of the file systems comes after its start, except an image that is the partition.
  for (const start of [...new Set(starts)].sort((a, b) => b - a)) {
    const inside = all.filter((span) => span.start >= start && span.start < tail);
    const isImage = inside.every((span) => span.start === start);
    if (!isImage || !all.every(isAfter(start))) break;
    tail = start;
  }
  const end = all.filter((span) => span.start < tail).reduce((most, span) => Math.max(most, span.end), reader.end);
  return Math.max(end, await lastUsed(image, end, tail));
}

/**
 * The blocks that relaid directories and path tables may reuse: from the first of these to the first file. None if there is other data in
 * between. On a disc that was edited before, some directories are after the files.
 */
async function metadataOf(image: Source, used: Used, descriptors: readonly KeptDescriptor[]) {
  const { reader, data, catalog } = used;
  const starts = descriptors.flatMap(({ bytes, origin, tree }) => [
    ...tree.folders.keys(),
    ...pathTablesOf(volumeDescriptor.decode(bytes)).map(({ block }) => block + origin),
  ]);
  const start = starts.reduce((least, block) => Math.min(least, block), reader.end);
  const images = (catalog?.entries ?? []).map(({ block }) => block);
  const others = [...data.keys(), ...(catalog ? [catalog.block] : []), ...images].filter((block) => block >= start);
  const end = others.reduce((least, block) => Math.min(least, block), reader.end);
  const last = descriptors.reduce((most, { block }) => Math.max(most, block), 0);
  if (last >= start) return { start: end, end };
  for (let block = start; block < end; block++) {
    if (reader.hasRead(block)) continue;
    const bytes = await bytesAt(image, block * BLOCK, BLOCK);
    if (!bytes || !isZero(bytes)) return { start: end, end };
  }
  return { start, end };
}

/** The block after the last block in `from` … `to` that is not all zeros; `from` if there is none. */
async function lastUsed(image: Source, from: number, to: number): Promise<number> {
  for (let end = to; end > from; ) {
    const first = Math.max(from, end - CHUNK);
    const length = Math.min((end - first) * BLOCK, image.size - first * BLOCK);
    const bytes = (await bytesAt(image, first * BLOCK, length))!;
    for (let block = divCeil(length, BLOCK) - 1; block >= 0; block--) {
      if (!isZero(bytes, block * BLOCK, Math.min((block + 1) * BLOCK, length))) return first + block + 1;
    }
    end = first;
  }
  return from;
}
