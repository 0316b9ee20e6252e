// The virtual allocation table of media that are written once (UDF 2.2.11): a file whose entry is the last thing on the
// medium, and which gives every block of a virtual partition its place in the partition beneath.

import { byteStringOf } from '../../bytes/index.js';
import { collect, KEPT_BYTE_UNITS, PartsContent, quietRun } from '../../io/index.js';
import { isEntryFault } from '../../tree/index.js';
import { damaged } from './damaged.js';
import { EntryReader, type FoundEntry } from './read-entry.js';
import { type BlockRun, partitionOfRuns } from './read-partitions.js';
import type { Volume } from './read-volume.js';

/** Blocks at the end in which the entry may be: drives write up to 150 more, and images are padded. */
const MOST_AFTER = 512;
/** File types of the table: 248 from revision 2.00 on, unspecified before. */
const FILE_TYPES: readonly number[] = [248, 0];
/** Before 2.00 the table ends with an identifier and the place of the table before. */
const OLD_TAIL = 36;
const OLD_IDENTIFIER = '*UDF Virtual Alloc Tbl';
const NOWHERE = 0xffff_ffff;

/** Looks for the table, and lets addresses of the virtual partition `index` count as it says. */
export async function readAllocationTable(volume: Volume, index: number, within: number): Promise<void> {
  const table = await findTable(volume, within);
  volume.work.spend(table.length * KEPT_BYTE_UNITS);
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const isOld = table.length >= OLD_TAIL && isOldTail(table.subarray(table.length - OLD_TAIL));
  const first = isOld ? 0 : view.getUint16(0, true);
  const end = isOld ? table.length - OLD_TAIL : table.length;
  const runs: BlockRun[] = [];
  for (let at = first; at + 4 <= end; at += 4) {
    const block = view.getUint32(at, true);
    runs.push({ at: block === NOWHERE ? Number.POSITIVE_INFINITY : volume.placeOf(within, block), blocks: 1 });
  }
  volume.setPartition(index, partitionOfRuns(runs));
}

function isOldTail(tail: Uint8Array): boolean {
  return byteStringOf(tail.subarray(1, 1 + OLD_IDENTIFIER.length)) === OLD_IDENTIFIER;
}

async function findTable(volume: Volume, within: number): Promise<Uint8Array> {
  const entries = new EntryReader(volume);
  for await (const block of volume.lastBlocks(within, MOST_AFTER)) {
    const entry = await entryAt(entries, within, block);
    if (!entry || entry.fault || !FILE_TYPES.includes(entry.fileType) || entry.size > volume.size || entry.size < 2)
      continue;
    return entry.embedded ?? collect(new PartsContent(volume, entry.parts, entry.size), quietRun());
  }
  throw damaged('partition', 'The virtual allocation table is not at the end of the image.');
}

async function entryAt(entries: EntryReader, partition: number, block: number): Promise<FoundEntry | undefined> {
  try {
    return await entries.read({ partition, block, length: 0, uniqueId: 0 });
  } catch (error) {
    if (!isEntryFault(error)) throw error;
    return undefined;
  }
}
