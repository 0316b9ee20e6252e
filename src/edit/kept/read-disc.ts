// Reads everything that an edit keeps of a disc. Layouts that are not understood are refused here, before anything is planned.

import { divCeil } from '../../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { SECTORS_PER_BLOCK } from '../../format/eltorito/index.js';
import { BLOCK, recogniseIso } from '../../format/iso9660/index.js';
import type { Source } from '../../io/index.js';
import type { KeptUdf } from '../udf/kept-udf.js';
import { readUdf } from '../udf/read-udf.js';
import { type KeptCatalog, readCatalog } from './boot-catalog.js';
import { checksumTags } from './checksum-tags.js';
import type { Data } from './entries.js';
import { MetadataReader } from './metadata-reader.js';
import { olderSessions } from './older-sessions.js';
import { type KeptTables, readTables } from './partition-tables.js';
import { type KeptDescriptor, originsOf, readDescriptors } from './read-descriptors.js';
import type { KeptTree } from './read-hierarchy.js';
import { endOfUsed, metadataOf } from './used-blocks.js';

/** Of Apple's map, GPT and MBR. */
const HFS_TYPES = /^(?:Apple_HFSX?|48465300-0000-11aa-aa11-00306543ecac|0xaf)$/;

export interface KeptDisc {
  readonly image: Source;
  readonly descriptors: readonly KeptDescriptor[];
  /** The hierarchies of ISO 9660, first the one with the most metadata. */
  readonly trees: readonly KeptTree[];
  /** The UDF view of the disc. */
  readonly udf: KeptUdf | undefined;
  /** The boot catalog, with the boot record that points to it. */
  readonly catalog: KeptCatalog | undefined;
  readonly tables: KeptTables;
  /** The bytes of files by their first block. */
  readonly data: ReadonlyMap<number, Data>;
  /** The blocks of directories and path tables. If these need more, everything from the end on moves back. */
  readonly metadata: { readonly start: number; readonly end: number };
  /** Blocks with checksums of libisofs over the blocks before them. */
  readonly checksums: readonly number[];
  /** How many sessions before the shown one the image has. */
  readonly olderSessions: number;
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
    const set = await readDescriptors(reader, origin, dataAt);
    descriptors.push(...set.descriptors);
    for (const record of set.bootRecords) catalog ??= await readCatalog(image, record);
  }
  const trees = [...new Set(descriptors.map(({ tree }) => tree))];
  const isoEnd = reader.end;
  const udf = await readUdf(image, reader, dataAt);
  const used = { reader, data, catalog, tables, udf, isoEnd };
  const insertAt = await endOfUsed(image, used);
  const metadata = await metadataOf(image, used, descriptors);
  const hfs = hfsView(tables, data, { start: metadata.end, end: insertAt });
  const checksums = await checksumTags(image);
  const found = {
    catalog,
    tables,
    data,
    metadata,
    checksums,
    olderSessions: await olderSessions(image),
    hfs,
    insertAt,
  };
  return { image, descriptors, trees: byValue(trees), udf, ...found };
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
