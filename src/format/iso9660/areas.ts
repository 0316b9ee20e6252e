// Where the structures of a volume are: descriptors, path tables, directories. Files are in its trees.

import { bytesAt, type Source } from '../../io/index.js';
import type { FormatArea } from '../../tree/index.js';
import { isRecord, readRecord } from './directory-record.js';
import { BLOCK, SYSTEM_AREA_BLOCKS } from './geometry.js';
import { readPathTable } from './path-table.js';
import { volumeDescriptors } from './read.js';
import { sessionsOf } from './sessions.js';
import { PRIMARY, SUPPLEMENTARY, type VolumeDescriptor, volumeDescriptor } from './volume-descriptor.js';

const MOST_PATH_TABLE = 4 * 1024 * 1024;

/** The structures of the last session, and the system area. */
export async function isoAreas(image: Source): Promise<FormatArea[]> {
  const start = (await sessionsOf(image)).at(-1)!;
  const areas: FormatArea[] = [blocks(0, SYSTEM_AREA_BLOCKS, 'around', 'system area')];
  let end = start;
  const hierarchies: { readonly fields: VolumeDescriptor; readonly name: string }[] = [];
  for await (const { block, bytes } of volumeDescriptors(image, start)) {
    end = block + 1;
    const [type] = bytes;
    if (type !== PRIMARY && type !== SUPPLEMENTARY) continue;
    const name = type === PRIMARY ? '' : bytes[6] === 2 ? ' of ISO 9660:1999' : ' of Joliet';
    hierarchies.push({ fields: volumeDescriptor.decode(bytes), name });
  }
  // The one that ends them is a block too.
  areas.push(blocks(start, end + 1 - start, 'head', 'volume descriptors'));
  for (const { fields, name } of hierarchies) areas.push(...(await hierarchyAreas(image, fields, name)));
  return areas;
}

async function hierarchyAreas(image: Source, fields: VolumeDescriptor, name: string): Promise<FormatArea[]> {
  const { pathTableSize: length, pathTableL, pathTableM, optionalPathTableL, optionalPathTableM } = fields;
  if (length > MOST_PATH_TABLE) return [];
  const tables = [pathTableL, pathTableM, optionalPathTableL, optionalPathTableM].filter((block) => block > 0);
  const areas = tables.map((block): FormatArea => {
    return { at: block * BLOCK, length, kind: 'index', name: `path table${name}` };
  });
  const table = await bytesAt(image, pathTableL * BLOCK, length);
  for (const { extent } of table ? readPathTable(table, 'little') : []) {
    const size = await directorySize(image, extent);
    if (size > 0) areas.push({ at: extent * BLOCK, length: size, kind: 'index', name: `directories${name}` });
  }
  return areas;
}

/** As its first record, that of itself, says; 0 where no directory is. */
async function directorySize(image: Source, extent: number): Promise<number> {
  const block = await bytesAt(image, extent * BLOCK, BLOCK);
  const self = block && isRecord(block, 0) ? readRecord(block, 0) : undefined;
  return self?.extent === extent ? self.size : 0;
}

function blocks(first: number, count: number, kind: FormatArea['kind'], name: string): FormatArea {
  return { at: first * BLOCK, length: count * BLOCK, kind, name };
}
