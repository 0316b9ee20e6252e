// Places on the new disc, and where parts of the old disc move to.

import { SECTORS_PER_BLOCK } from '../../format/eltorito/index.js';
import type { EditedTree } from '../change/edited-tree.js';
import type { Data, Folder } from '../kept/entries.js';
import type { KeptPartition, Span } from '../kept/partition-tables.js';
import type { KeptDisc } from '../kept/read-disc.js';
import type { PlacedUdf } from '../udf/place-udf.js';

/** Places on the new disc, in blocks from its start. */
export interface Places {
  data(data: Data): number;
  folder(folder: Folder): { readonly block: number; readonly size: number; readonly continuation: number };
  /** The new place of a block that moves with its surroundings. */
  shift(block: number): number;
  /** Whether all directories get new places. Continued fields are then written again, after their directory. */
  readonly isRelaid: boolean;
}

/** Lengths of a directory. */
export interface FolderSize {
  /** Bytes of its records, whole blocks. */
  readonly size: number;
  /** Blocks of continued fields of added entries. */
  readonly continuationBlocks: number;
}

/** A run of blocks on the new disc. */
export interface Place {
  readonly block: number;
  readonly blocks: number;
}

export interface PlacedFolder extends Place {
  readonly edited: EditedTree;
  readonly folder: Folder;
  readonly measured: FolderSize;
  /** Block of the continued fields of added entries. */
  readonly continuation: number;
  /** Whether it is written again. */
  readonly isWritten: boolean;
}

/** A block of the old disc from which everything moves back, and by how many blocks. */
export interface Cut {
  readonly from: number;
  readonly by: number;
}

/** A path table that is written again. */
export interface PlacedTable extends Place {
  readonly edited: EditedTree;
  readonly order: 'little' | 'big';
  /** Bytes. */
  readonly size: number;
}

/** New data of a file, with its blocks. */
export interface PlacedData extends Place {
  readonly data: Data;
}

export interface EditPlaces extends Places {
  /** The cut after the directories, and the one after the last file. `by` of the second includes that of the first. */
  readonly cuts: readonly [Cut, Cut];
  /** Blocks by which the disc grows. */
  readonly growth: number;
  readonly folders: readonly PlacedFolder[];
  readonly tables: readonly PlacedTable[];
  /** The place of a path table of the old disc. */
  tableAt(old: number): PlacedTable | undefined;
  readonly newData: readonly PlacedData[];
  /** The UDF view. */
  readonly udf: PlacedUdf | undefined;
  /** The block after all new structures and data. */
  readonly filesEnd: number;
  /** Blocks before {@link filesEnd} for the record that takes the edit back. */
  readonly recordBlocks: number;
  /** Runs of the old disc that nothing uses any more. */
  readonly freed: readonly Place[];
  /** New data that replaces old data, by the old block. Old data that other entries still use is not among it. */
  readonly movedData: ReadonlyMap<number, PlacedData>;
}

/** The new end of a run of blocks. A run that ends at a cut or later includes what is inserted there. */
export function movedEnd({ cuts: [front, back] }: EditPlaces, end: number): number {
  return end >= back.from ? end + back.by : end >= front.from ? end + front.by : end;
}

/** A partition on the new disc. One that is a file moves with the file; others grow by what is inserted inside them. */
export function movedSpan(places: EditPlaces, { start, sectors }: KeptPartition, disc: KeptDisc): Span {
  const block = start / SECTORS_PER_BLOCK;
  const moved = Number.isInteger(block) ? places.movedData.get(block) : undefined;
  if (moved) return { start: moved.block * SECTORS_PER_BLOCK, sectors };
  const sectorAt = (sector: number, place: (block: number) => number) => {
    const within = sector % SECTORS_PER_BLOCK;
    return place((sector - within) / SECTORS_PER_BLOCK) * SECTORS_PER_BLOCK + within;
  };
  const newStart = sectorAt(start, places.shift);
  const isHfs = disc.hfs?.start === block;
  if (isHfs || (disc.data.has(block) && start + sectors <= places.cuts[1].from * SECTORS_PER_BLOCK))
    return { start: newStart, sectors };
  return { start: newStart, sectors: sectorAt(start + sectors, (end) => movedEnd(places, end)) - newStart };
}
