// Where the structures that firmware reads are: partition tables and the boot catalog.

import { bootRecord, CATALOG_SIZE, EL_TORITO_ID } from '../format/eltorito/index.js';
import { gptHeader, isGptHeader } from '../format/gpt/index.js';
import { BLOCK } from '../format/iso9660/index.js';
import { SECTOR } from '../format/mbr/index.js';
import { bytesAt, type Source } from '../io/index.js';
import type { FormatArea } from '../tree/index.js';
import { type PartitionFacts, SECTOR_SIZES } from './inspect-partitions.js';

/** The tables that list these partitions: the MBR, and both copies of a GPT. */
export async function tableAreas(image: Source, partitions: readonly PartitionFacts[]): Promise<FormatArea[]> {
  if (partitions.length === 0) return [];
  const areas: FormatArea[] = [{ at: 0, length: SECTOR, kind: 'head', name: 'MBR' }];
  if (!partitions.some(({ table }) => table === 'gpt')) return areas;
  for (const sector of SECTOR_SIZES) {
    const primary = await gptAt(image, 1, sector);
    if (!primary) continue;
    areas.push(...named('GPT', primary.areas));
    areas.push(...named('copy of the GPT', (await gptAt(image, primary.other, sector))?.areas ?? []));
    break;
  }
  return areas;
}

/** The boot catalog that the first of these boot records leads to. */
export async function catalogAreas(image: Source, bootRecords: readonly number[]): Promise<FormatArea[]> {
  for (const block of bootRecords) {
    const bytes = await bytesAt(image, block * BLOCK, BLOCK);
    const record = bytes && bootRecord.decode(bytes);
    if (record?.systemId !== EL_TORITO_ID) continue;
    return [{ at: record.catalogBlock * BLOCK, length: CATALOG_SIZE, kind: 'head', name: 'boot catalog' }];
  }
  return [];
}

async function gptAt(image: Source, place: number, sector: number) {
  const bytes = await bytesAt(image, place * sector, gptHeader.size);
  const header = bytes && gptHeader.decode(bytes);
  if (!header || !isGptHeader(bytes)) return undefined;
  const entries = { at: header.entries * sector, length: header.entryCount * header.entrySize };
  return { other: header.other, areas: [{ at: place * sector, length: sector }, entries] };
}

function named(name: string, ranges: readonly { readonly at: number; readonly length: number }[]): FormatArea[] {
  return ranges.map((range) => ({ ...range, kind: 'head', name }));
}
