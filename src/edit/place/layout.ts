// Decides the place of everything. Files stay in place, or move back together for directories that have grown. New files come after the
// last file, and partitions after it, padding and the second GPT move back.

import { alignUp, divCeil } from '../../bytes/index.js';
import { InvalidInputError, UnsupportedError } from '../../errors.js';
import { SECTORS_PER_BLOCK } from '../../format/eltorito/index.js';
import { BLOCK, MAX_DIRECTORIES, pathTableEntryLength, volumeDescriptor } from '../../format/iso9660/index.js';
import type { EditedTree, EditedTrees } from '../change/edited-trees.js';
import { type Data, type Folder, foldersOf } from '../kept/entries.js';
import type { KeptPartition, Span } from '../kept/partition-tables.js';
import { type KeptDisc, pathTablesOf } from '../kept/read-disc.js';
import { type FolderSize, measureFolder, type Places, pointsElsewhere } from './folder-records.js';

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
  /** Runs of the old disc that nothing uses any more. */
  readonly freed: readonly Place[];
  /** New data that replaces old data, by the old block. Old data that other entries still use is not among it. */
  readonly movedData: ReadonlyMap<number, PlacedData>;
}

/** Plans the places of an edited disc. */
export function placeEdit(disc: KeptDisc, trees: EditedTrees): EditPlaces {
  for (const { tree, rules } of trees.trees) {
    for (const folder of foldersOf(tree.root)) folder.settle(rules.compare);
  }
  // Readers of streams need directories before their subdirectories, and continued fields soon after. So all directories move, or none.
  const isRelaid = trees.trees.some((edited) => foldersOf(edited.tree.root).some((folder) => !fits(edited, folder)));
  const { metadata, insertAt } = disc;
  const back = new Zone(insertAt);
  const front = isRelaid ? new Zone(metadata.start) : back;
  const folders = placeFolders(trees, isRelaid, front);
  const tables = placeTables(disc, trees, folders, { isRelaid, zone: front });
  const frontGrowth = isRelaid ? Math.max(0, front.end - metadata.end) : 0;
  const use = new DataUse(disc, trees);
  const placed = [...use.fresh].map((data) => placeData(data, use, back, disc));
  const growth = alignUp(frontGrowth + back.end - insertAt, alignmentOf(disc));
  if (disc.image.size / BLOCK + growth > MAX_BLOCKS) {
    throw new InvalidInputError('edit.too-large', 'The disc would be larger than 8 TiB.');
  }
  const cuts: readonly [Cut, Cut] = [
    { from: metadata.end, by: frontGrowth },
    { from: insertAt, by: growth },
  ];
  const shift = (block: number) => block + (cuts.findLast(({ from }) => block >= from)?.by ?? 0);
  const newData = placed.map(({ data, blocks, block, inPlace }) => {
    return { data, blocks, block: inPlace ? shift(block) : block + frontGrowth };
  });
  const blockOf = new Map(newData.map(({ data, block }) => [data, block]));
  const places: Omit<EditPlaces, 'folders'> = {
    isRelaid,
    cuts,
    growth,
    tables: [...tables.values()],
    tableAt: (old) => tables.get(old),
    newData,
    freed: [
      ...use.freed(),
      ...freedFolders(trees, folders, isRelaid ? disc : undefined),
      ...disc.checksums.map((block) => ({ block, blocks: 1 })),
    ],
    movedData: use.moved(newData),
    shift,
    data: (data) => blockOf.get(data) ?? shift(data.old!),
    folder: (folder) => {
      const { block, measured, continuation } = folders.get(folder)!;
      return { block, size: measured.size, continuation };
    },
  };
  const written = [...folders.values()].map((one) => {
    return { ...one, isWritten: one.isWritten || isAffected(one.folder, places) };
  });
  return { ...places, folders: written };
}

/** Allocates blocks one after another. */
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

/** Whether a directory of the old disc has room in its blocks. */
function fits(edited: EditedTree, folder: Folder): boolean {
  const { records } = folder;
  if (!records || !folder.isChanged) return true;
  const { size, continuationBlocks } = measureFolder(edited, folder, false);
  return continuationBlocks === 0 && size <= alignUp(records.size, BLOCK);
}

function placeFolders(trees: EditedTrees, isRelaid: boolean, zone: Zone): Map<Folder, PlacedFolder> {
  const all = trees.trees.flatMap((edited) => foldersOf(edited.tree.root).map((folder) => ({ edited, folder })));
  for (const { tree } of trees.trees) {
    if (foldersOf(tree.root).length <= MAX_DIRECTORIES) continue;
    const message = `The disc would have more than ${MAX_DIRECTORIES} directories, which its path tables cannot number.`;
    throw new InvalidInputError('iso9660.too-many-directories', message);
  }
  // Those of the old disc keep their order; others come after them, parents first.
  const order = ({ folder }: (typeof all)[number]) => folder.records?.block ?? Number.POSITIVE_INFINITY;
  const sorted = all
    .map((one, i) => ({ ...one, i }))
    .sort((a, b) => (order(a) === order(b) ? a.i - b.i : order(a) - order(b)));
  const placed = new Map<Folder, PlacedFolder>();
  for (const { edited, folder } of sorted) placed.set(folder, placeFolder(edited, folder, isRelaid, zone));
  return placed;
}

function placeFolder(edited: EditedTree, folder: Folder, isRelaid: boolean, zone: Zone): PlacedFolder {
  const { records, isChanged } = folder;
  if (records && !isRelaid && !isChanged) {
    const measured = { size: records.size, continuationBlocks: 0 };
    const blocks = divCeil(records.size, BLOCK);
    return { edited, folder, measured, block: records.block, blocks, continuation: 0, isWritten: false };
  }
  const measured = measureFolder(edited, folder, isRelaid);
  const blocks = measured.size / BLOCK;
  const block = records && !isRelaid ? records.block : zone.take(blocks);
  const continuation = zone.take(measured.continuationBlocks);
  return { edited, folder, measured, block, blocks, continuation, isWritten: true };
}

/** Blocks of removed directories, or of all directories if they get new places. */
function freedFolders(
  trees: EditedTrees,
  placed: ReadonlyMap<Folder, PlacedFolder>,
  relaid: KeptDisc | undefined,
): Place[] {
  const all = relaid ? [{ block: relaid.metadata.start, blocks: relaid.metadata.end - relaid.metadata.start }] : [];
  for (const { tree } of trees.trees) {
    for (const folder of tree.folders.values()) {
      const { block, size } = folder.records!;
      if (relaid || !placed.has(folder)) all.push({ block, blocks: divCeil(size, BLOCK) });
    }
  }
  return all.filter(({ blocks }) => blocks > 0);
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

/** New path tables by their old block. Tables stay as they are if no directory of their hierarchy was added, removed or moved. */
function placeTables(
  disc: KeptDisc,
  { trees }: EditedTrees,
  placed: ReadonlyMap<Folder, PlacedFolder>,
  { isRelaid, zone }: { readonly isRelaid: boolean; readonly zone: Zone },
): Map<number, PlacedTable> {
  const tables = new Map<number, PlacedTable>();
  for (const { tree, origin, bytes } of disc.descriptors) {
    const edited = trees.find((one) => one.tree === tree)!;
    const folders = foldersOf(tree.root);
    const isSame =
      folders.length === tree.folders.size && folders.every((one) => placed.get(one)!.block === one.records?.block);
    if (isSame && !isRelaid) continue;
    const fields = volumeDescriptor.decode(bytes);
    const size = folders.reduce((sum, folder) => sum + pathTableEntryLength(identifierOf(folder)), 0);
    const room = divCeil(fields.pathTableSize, BLOCK);
    const blocks = divCeil(size, BLOCK);
    for (const { block: stored, order } of pathTablesOf(fields)) {
      const old = stored + origin;
      if (tables.has(old)) continue;
      tables.set(old, { edited, order, size, blocks, block: blocks <= room && !isRelaid ? old : zone.take(blocks) });
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
  /** Runs of blocks that stay, sorted and apart from each other. */
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
    this.#runs.sort((a, b) => a.start - b.start);
    // Runs that overlap become one, so that their ends are sorted too.
    for (let i = this.#runs.length - 1; i > 0; i--) {
      const [one, next] = [this.#runs[i - 1]!, this.#runs[i]!];
      if (next.start >= one.end) continue;
      this.#runs.splice(i - 1, 2, { start: one.start, end: Math.max(one.end, next.end) });
    }
  }

  /** Claims the place of old data for new data. False if anything else still uses it. */
  claim(old: Data): boolean {
    const start = old.old!;
    const end = start + divCeil(old.size, BLOCK);
    const isShared = this.#claimed.has(start) || this.#used.has(start) || this.#isInHfs(start);
    if (isShared || this.#overlaps(start, end)) return false;
    this.#claimed.add(start);
    return true;
  }

  /** See {@link EditPlaces.movedData}. */
  moved(newData: readonly PlacedData[]): Map<number, PlacedData> {
    const replaced = newData.map((one) => [one.data.replaces?.old, one] as const);
    return new Map(replaced.flatMap(([old, one]) => (old === undefined || this.#used.has(old) ? [] : [[old, one]])));
  }

  /** Old data that no entry shows, and that is neither booted nor a partition. */
  freed(): Place[] {
    const { catalog, tables, data, insertAt } = this.#disc;
    const replaced = new Set([...this.fresh].flatMap(({ replaces }) => replaces?.old ?? []));
    const kept = new Set([
      ...(catalog ? [catalog.block, ...catalog.entries.map(({ block }) => block)] : []),
      ...tables.partitions.map(({ start }) => start / SECTORS_PER_BLOCK),
    ]);
    return [...data].flatMap(([block, { size }]) => {
      const blocks = divCeil(size, BLOCK);
      const isBooted = kept.has(block) && !replaced.has(block);
      const isKept = this.#used.has(block) || isBooted || block >= insertAt || this.#isInHfs(block);
      return isKept || this.#overlaps(block, block + blocks) ? [] : [{ block, blocks }];
    });
  }

  /** Whether the HFS view may show the data too. */
  #isInHfs(block: number): boolean {
    const { hfs } = this.#disc;
    return hfs !== undefined && block >= hfs.start && block < hfs.end;
  }

  /** Whether data that stays uses one of these blocks. */
  #overlaps(start: number, end: number): boolean {
    let [low, high] = [0, this.#runs.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[middle]!.end > start) high = middle;
      else low = middle + 1;
    }
    return low < this.#runs.length && this.#runs[low]!.start < end;
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

/** The tail moves by a multiple of this many blocks, so that partitions and the end of the disc keep their alignment. */
function alignmentOf({ tables, image, insertAt }: KeptDisc): number {
  if (tables.partitions.length === 0) return 1;
  const starts = tables.partitions.map(({ start }) => start / SECTORS_PER_BLOCK).filter((start) => start >= insertAt);
  let alignment = MOST_ALIGNMENT;
  while (alignment > 1 && [...starts, image.size / BLOCK].some((block) => block % alignment !== 0)) alignment /= 2;
  return alignment;
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
