// The records of a directory: kept ones with new places, and those of added entries. They are made twice: to measure the directory, and
// to render it when everything has its place.

import { alignUp } from '../../bytes/index.js';
import { BLOCK, ContinuationArea, PARENT, placeRecord, SELF } from '../../format/iso9660/index.js';
import type { EditedTree } from '../change/edited-tree.js';
import type { Entry, Folder } from '../kept/entries.js';
import type { FolderSize, Places } from './places.js';
import { sizeOf } from './record-bytes.js';
import { RecordWriter } from './record-writer.js';

/** Stands for every place while a directory is measured. Large, so that no difference to an origin is negative. */
const SOMEWHERE = 0x10_0000;
const NO_PLACES = {
  data: () => SOMEWHERE,
  folder: () => ({ block: SOMEWHERE, size: 0, continuation: SOMEWHERE }),
  shift: (block: number) => block,
};

/** Measures the records of a directory. */
export function measureFolder(edited: EditedTree, folder: Folder, isRelaid: boolean): FolderSize {
  const area = new ContinuationArea();
  let end = 0;
  for (const { length } of recordsOf(edited, folder, { ...NO_PLACES, isRelaid }, area, undefined))
    end = placeRecord(end, length) + length;
  return { size: alignUp(end, BLOCK), continuationBlocks: area.blocks };
}

/** The records of a directory, and the continued fields of added entries. */
export function renderFolder(
  edited: EditedTree,
  folder: Folder,
  places: Places,
  { size, continuationBlocks }: FolderSize,
): { readonly records: Uint8Array; readonly continuation: Uint8Array } {
  const records = new Uint8Array(size);
  const continuation = new Uint8Array(continuationBlocks * BLOCK);
  let end = 0;
  for (const record of recordsOf(edited, folder, places, new ContinuationArea(), continuation)) {
    const at = placeRecord(end, record.length);
    records.set(record, at);
    end = at + record.length;
  }
  return { records, continuation };
}

function* recordsOf(
  edited: EditedTree,
  folder: Folder,
  places: Places,
  area: ContinuationArea,
  into: Uint8Array | undefined,
): Generator<Uint8Array> {
  const writer = new RecordWriter(edited, folder, places, area, into);
  yield writer.own(folder, SELF);
  yield writer.own(folder.parent ?? folder, PARENT);
  for (const entry of folder.entries) yield* entry.records ? writer.kept(entry) : writer.added(entry);
}

/** Whether the records of an entry change because the data or directory that they point to has another place. */
export function pointsElsewhere(entry: Entry, places: Places): boolean {
  if (!entry.records) return true;
  const { folder, data, records } = entry;
  if (folder) {
    const { block, size } = places.folder(folder);
    return folder.records?.block !== block || folder.records.size !== size || folder.linkChange !== 0;
  }
  if (data?.content) return true;
  return records.some((record) => sizeOf(record) > 0) && data?.old !== undefined && places.shift(data.old) !== data.old;
}
