// Reads sets of volume descriptors, each with the hierarchies that it points to.

import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { SECTORS_PER_BLOCK } from '../../format/eltorito/index.js';
import {
  BLOCK,
  BOOT_RECORD,
  isRecord,
  isVolumeDescriptor,
  PRIMARY,
  readRecord,
  SUPPLEMENTARY,
  SYSTEM_AREA_BLOCKS,
  TERMINATOR,
  volumeDescriptor,
} from '../../format/iso9660/index.js';
import { bytesAt, type Source } from '../../io/index.js';
import type { KeptCatalog } from './boot-catalog.js';
import type { Data } from './entries.js';
import type { MetadataReader } from './metadata-reader.js';
import type { KeptTables } from './partition-tables.js';
import { type KeptTree, readHierarchy } from './read-hierarchy.js';

const MOST_DESCRIPTORS = 64;
const JOLIET = [0x25, 0x2f];

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

/** Blocks that sets of volume descriptors are relative to: 0, and the start of a partition that can be mounted by itself. */
export async function originsOf(image: Source, { partitions }: KeptTables): Promise<number[]> {
  const origins = [0];
  for (const { start } of partitions) {
    const origin = start / SECTORS_PER_BLOCK;
    if (start <= 0 || !Number.isInteger(origin) || origins.includes(origin)) continue;
    const block = await bytesAt(image, (origin + SYSTEM_AREA_BLOCKS) * BLOCK, BLOCK);
    // A separate ISO image in a later partition has descriptors too, but shows its own files and needs no edit.
    if (block && block[0] === PRIMARY && isVolumeDescriptor(block) && origin < SYSTEM_AREA_BLOCKS * 2)
      origins.push(origin);
  }
  return origins;
}

interface DescriptorSet {
  readonly descriptors: readonly KeptDescriptor[];
  readonly bootRecords: readonly KeptCatalog['record'][];
}

/** Reads one set of volume descriptors with its hierarchies and path tables. */
export async function readDescriptors(
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
    if (!isVolumeDescriptor(bytes) || bytes[0] === TERMINATOR) break;
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
