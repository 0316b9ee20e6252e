// Decides where everything comes. What is on the disc stays where it is; directories and files that have grown, and what is added, come
// after the last file. Partitions after the files, padding and the second GPT move back by as much.

import { alignUp, displayText, divCeil } from '../../bytes/index.js';
import { InvalidInputError, UnsupportedError } from '../../errors.js';
import { BLOCK, MAX_DIRECTORIES, pathTableEntryLength, volumeDescriptor } from '../../format/iso9660/index.js';
import type { EditedTree, EditedTrees } from '../change/edited-trees.js';
import { type Data, type Folder, foldersOf } from '../kept/entries.js';
import type { KeptPartition, Span } from '../kept/partition-tables.js';
import { type KeptDisc, pathTablesOf } from '../kept/read-disc.js';
import { type FolderSize, measureFolder, type Places, pointsElsewhere } from './folder-records.js';

const SECTORS_PER_BLOCK = 4;
/** Partitions keep an alignment of up to 1 MiB. */
const MOST_ALIGNMENT = 512;
const MAX_BLOCKS = 0xffff_ffff;

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
  isWritten: boolean;
}

/** A path table that is written again. */
export interface PlacedTable extends Place {
  readonly edited: EditedTree;
  readonly order: 'little' | 'big';
  /** Bytes. */
  readonly size: number;
}

/** New bytes of a file, with the blocks that are theirs. */
export interface PlacedData extends Place {
  readonly data: Data;
}

export interface EditPlaces extends Places {
  readonly insertAt: number;
  /** Blocks by which everything from {@link insertAt} on moves back. */
  readonly growth: number;
  readonly folders: readonly PlacedFolder[];
  readonly tables: readonly PlacedTable[];
  /** The place of a path table of the old disc. */
  tableAt(old: number): PlacedTable | undefined;
  readonly newData: readonly PlacedData[];
  /** Runs of the old disc that nothing uses any more. */
  readonly freed: readonly Place[];
  /** Images that are elsewhere now, by their old block. */
  readonly movedData: ReadonlyMap<number, PlacedData>;
}

/** Plans the places of an edited disc. */
export function placeEdit(disc: KeptDisc, trees: EditedTrees): EditPlaces {
  for (const { tree, rules } of trees.trees) {
    for (const folder of foldersOf(tree.root)) folder.settle(rules.compare);
  }
  const zone = new Zone(disc.insertAt);
  const folders = new Map<Folder, PlacedFolder>();
  for (const edited of trees.trees) for (const one of placeFolders(edited, zone)) folders.set(one.folder, one);
  const tables = placeTables(disc, trees, zone, folders);
  const use = new DataUse(disc, trees);
  const placedData = [...use.fresh].map((data) => placeData(data, use, zone, disc));
  const growth = alignUp(zone.end - disc.insertAt, alignmentOf(disc));
  if (zone.end > MAX_BLOCKS) throw new InvalidInputError('edit.too-large', 'The disc would be larger than 8 TiB.');
  const shift = (block: number) => (block >= disc.insertAt ? block + growth : block);
  const newData = placedData.map(({ inPlace, block, ...one }) => ({ ...one, block: inPlace ? shift(block) : block }));
  const blockOf = new Map(newData.map(({ data, block }) => [data, block]));
  const places: EditPlaces = {
    insertAt: disc.insertAt,
    growth,
    folders: [...folders.values()],
    tables: [...tables.values()],
    tableAt: (old) => tables.get(old),
    newData,
    freed: use.freed(newData),
    movedData: new Map(
      newData.flatMap((one) => {
        const old = one.data.replaces?.old;
        return old !== undefined && !use.isUsed(old) ? [[old, one]] : [];
      }),
    ),
    shift,
    data: (data) => blockOf.get(data) ?? shift(data.old!),
    folder: (folder) => {
      const { block, measured, continuation } = folders.get(folder)!;
      return { block, size: measured.size, continuation };
    },
  };
  for (const one of places.folders) one.isWritten ||= isAffected(one.folder, places);
  return places;
}

/** Hands out blocks after the last file. */
class Zone {
  end: number;

  constructor(start: number) {
    this.end = start;
  }

  take(blocks: number): number {
    const block = this.end;
    this.end += blocks;
    return block;
  }
}

function* placeFolders(edited: EditedTree, zone: Zone): Generator<PlacedFolder> {
  const folders = foldersOf(edited.tree.root);
  if (folders.length > MAX_DIRECTORIES) {
    const message = `The disc would have more than ${MAX_DIRECTORIES} directories, which its path tables cannot number.`;
    throw new InvalidInputError('iso9660.too-many-directories', message);
  }
  for (const folder of folders) {
    const { records } = folder;
    if (records && !folder.isChanged) {
      const blocks = divCeil(records.size, BLOCK);
      const measured = { size: records.size, continuationBlocks: 0 };
      yield { edited, folder, measured, block: records.block, blocks, continuation: 0, isWritten: false };
      continue;
    }
    const measured = measureFolder(edited, folder);
    const blocks = measured.size / BLOCK;
    const fits = records !== undefined && blocks <= divCeil(records.size, BLOCK);
    if (records && !fits && edited.tree.linked.has(records.block)) {
      const path = displayText(folder.path);
      const message = 'The directory is one that was moved up, or holds one, and has no room for another entry.';
      throw new UnsupportedError('edit.relocated', message, { path });
    }
    const block = fits ? records.block : zone.take(blocks);
    const continuation = zone.take(measured.continuationBlocks);
    yield { edited, folder, measured, block, blocks, continuation, isWritten: true };
  }
}

function isAffected(folder: Folder, places: Places): boolean {
  const { records, parent } = folder;
  if (!records) return true;
  const own = places.folder(folder);
  if (own.block !== records.block || own.size !== records.size || folder.linkChange !== 0) return true;
  const above = places.folder(parent ?? folder);
  const old = (parent ?? folder).records!;
  if (above.block !== old.block || above.size !== old.size || (parent?.linkChange ?? 0) !== 0) return true;
  return folder.entries.some((entry) => pointsElsewhere(entry, places));
}

/** Path tables by their old block; those of a hierarchy in which no directory came, went or moved stay as they are. */
function placeTables(
  disc: KeptDisc,
  { trees }: EditedTrees,
  zone: Zone,
  placed: ReadonlyMap<Folder, PlacedFolder>,
): Map<number, PlacedTable> {
  const tables = new Map<number, PlacedTable>();
  for (const { tree, origin, bytes } of disc.descriptors) {
    const edited = trees.find((one) => one.tree === tree)!;
    const folders = foldersOf(tree.root);
    const isSame =
      folders.length === tree.folders.size && folders.every((one) => placed.get(one)!.block === one.records?.block);
    if (isSame) continue;
    const fields = volumeDescriptor.decode(bytes);
    const size = folders.reduce((sum, folder) => sum + pathTableEntryLength(identifierOf(folder)), 0);
    const room = divCeil(fields.pathTableSize, BLOCK);
    const blocks = divCeil(size, BLOCK);
    for (const { block: stored, order } of pathTablesOf(fields)) {
      const old = stored + origin;
      if (tables.has(old)) continue;
      tables.set(old, { edited, order, size, blocks, block: blocks <= room ? old : zone.take(blocks) });
    }
  }
  return tables;
}

/** The identifier of a directory in its parent. */
export function identifierOf(folder: Folder) {
  const own = folder.parent?.entries.find((entry) => entry.folder === folder);
  return own?.identifier ?? ('\0' as never);
}

/** Which bytes of the old disc the new one uses. */
class DataUse {
  readonly #disc: KeptDisc;
  /** Old data that entries still show, by their first block. */
  readonly #used = new Set<number>();
  /** New data, in the order in which a walk meets them. */
  readonly fresh = new Set<Data>();
  readonly #claimed = new Set<number>();
  /** Ends of runs that stay, sorted by their starts. */
  readonly #runs: { readonly start: number; readonly end: number }[] = [];

  constructor(disc: KeptDisc, trees: EditedTrees) {
    this.#disc = disc;
    for (const { tree } of trees.trees) {
      for (const folder of foldersOf(tree.root)) {
        for (const { data } of folder.entries) {
          if (!data) continue;
          if (data.old === undefined) this.fresh.add(data);
          else this.#used.add(data.old);
        }
      }
    }
    for (const [start, { size }] of disc.data) {
      if (this.#used.has(start)) this.#runs.push({ start, end: start + divCeil(size, BLOCK) });
    }
  }

  isUsed(old: number): boolean {
    return this.#used.has(old);
  }

  /** Whether new bytes may take the place of old ones, which nothing else shows. */
  claim(old: Data): boolean {
    const start = old.old!;
    const end = start + divCeil(old.size, BLOCK);
    const isShared = this.#claimed.has(start) || this.#used.has(start);
    if (isShared || this.#runs.some((run) => run.start < end && run.end > start)) return false;
    this.#claimed.add(start);
    return true;
  }

  /** Old runs that nothing shows and nothing boots. */
  freed(newData: readonly PlacedData[]): Place[] {
    const taken = new Set(newData.map(({ block }) => block));
    const { catalog, tables, data, insertAt } = this.#disc;
    const kept = [
      ...(catalog ? [catalog.block, ...catalog.entries.map(({ block }) => block)] : []),
      ...tables.partitions.map(({ start }) => start / SECTORS_PER_BLOCK),
    ];
    const moved = new Set(newData.flatMap(({ data: { replaces } }) => replaces?.old ?? []));
    return [...data].flatMap(([block, { size }]) => {
      const blocks = divCeil(size, BLOCK);
      const isKept = kept.includes(block) && !moved.has(block);
      const overlaps = this.#runs.some((run) => run.start < block + blocks && run.end > block);
      if (this.#used.has(block) || taken.has(block) || isKept || overlaps || block >= insertAt) return [];
      return [{ block, blocks }];
    });
  }
}

function placeData(data: Data, use: DataUse, zone: Zone, disc: KeptDisc): PlacedData & { readonly inPlace: boolean } {
  const blocks = divCeil(data.size, BLOCK);
  const { replaces } = data;
  if (replaces?.old === undefined) return { data, blocks, block: zone.take(blocks), inPlace: false };
  const room = divCeil(replaces.size, BLOCK);
  if (blocks <= room && use.claim(replaces)) return { data, blocks: room, block: replaces.old, inPlace: true };
  const partition = disc.tables.partitions.find(({ start }) => start === replaces.old! * SECTORS_PER_BLOCK);
  if (partition) {
    const message = `The file is partition ${partition.number} of the disc, and the new one has ${blocks - room} blocks of 2 KiB more.`;
    throw new UnsupportedError('edit.partition-size', message, { hint: 'Give an image that is not larger.' });
  }
  return { data, blocks, block: zone.take(blocks), inPlace: false };
}

/** Blocks by multiples of which the tail may move: partitions and the end of the disc keep their alignment. */
function alignmentOf({ tables, image, insertAt }: KeptDisc): number {
  if (tables.partitions.length === 0) return 1;
  const starts = tables.partitions.map(({ start }) => start / SECTORS_PER_BLOCK).filter((start) => start >= insertAt);
  let alignment = MOST_ALIGNMENT;
  while (alignment > 1 && [...starts, image.size / BLOCK].some((block) => block % alignment !== 0)) alignment /= 2;
  return alignment;
}

/** A partition on the new disc. One over a file goes where the file goes; others stretch over what comes inside them. */
export function movedSpan(places: EditPlaces, { start, sectors }: KeptPartition, disc: KeptDisc): Span {
  const moved = Number.isInteger(start / SECTORS_PER_BLOCK)
    ? places.movedData.get(start / SECTORS_PER_BLOCK)
    : undefined;
  if (moved) return { start: moved.block * SECTORS_PER_BLOCK, sectors };
  const limit = places.insertAt * SECTORS_PER_BLOCK;
  const added = places.growth * SECTORS_PER_BLOCK;
  const end = start + sectors;
  const isFile = disc.data.has(start / SECTORS_PER_BLOCK) && end === limit;
  const newStart = start >= limit ? start + added : start;
  const newEnd = end >= limit && !isFile ? end + added : end;
  return { start: newStart, sectors: newEnd - newStart };
}
