// Decides the place of everything. Files stay in place, or move back together for directories that have grown. New files come after the
// last file, and partitions after it, padding and the second GPT move back.

import { alignUp, divCeil } from '../../bytes/index.js';
import type { WeightRule } from '../../disc/index.js';
import { InvalidInputError, UnsupportedError } from '../../errors.js';
import { SECTORS_PER_BLOCK } from '../../format/eltorito/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import type { Range } from '../../io/index.js';
import type { EditedTrees } from '../change/edited-trees.js';
import { type Data, foldersOf } from '../kept/entries.js';
import type { KeptDisc } from '../kept/read-disc.js';
import { placeUdf } from '../udf/place-udf.js';
import { heaviestFirst } from './data-order.js';
import { DataUse } from './data-use.js';
import { fits, freedFolders, isAffected, placeFolders, placeTables, Zone } from './place-directories.js';
import type { Cut, EditPlaces, PlacedData } from './places.js';

/** Partitions keep an alignment of up to 1 MiB. */
const MOST_ALIGNMENT = 512;
const MAX_BLOCKS = 0xffff_ffff;

/** How an edit gives places. */
export interface PlaceOptions {
  /** Which new data come first. */
  readonly sort?: readonly WeightRule[] | undefined;
  /** Old data stay in their blocks, also if no entry shows them any more, except those of partitions. Default false. */
  readonly keepsOld?: boolean;
  /** Blocks to reserve after all new data. Default 0. */
  readonly recordBlocks?: number;
}

/** The files of the old disc, if their places stay: menus and lists of digests may still move to another place, and what is added comes later. */
export function keptFiles({ metadata, insertAt }: KeptDisc, trees: EditedTrees): Range | undefined {
  if (metadata.end >= insertAt || outgrowsFolders(trees)) return undefined;
  return { at: metadata.end * BLOCK, length: (insertAt - metadata.end) * BLOCK };
}

/**
 * Puts entries into their order, and says whether a directory needs more than its blocks. Readers of streams need directories before their
 * subdirectories, and continued fields soon after. So all directories move, or none.
 */
function outgrowsFolders(trees: EditedTrees): boolean {
  for (const { tree, rules } of trees.all) {
    for (const folder of foldersOf(tree.root)) folder.settle(rules.compare);
  }
  return trees.trees.some((edited) => foldersOf(edited.tree.root).some((folder) => !fits(edited, folder)));
}

/** Plans the places of an edited disc. */
export function placeEdit(
  disc: KeptDisc,
  trees: EditedTrees,
  { sort = [], keepsOld = false, recordBlocks = 0 }: PlaceOptions = {},
): EditPlaces {
  const isRelaid = outgrowsFolders(trees);
  const { metadata, insertAt } = disc;
  const back = new Zone(insertAt);
  const front = isRelaid ? new Zone(metadata.start) : back;
  const folders = placeFolders(trees, isRelaid, front);
  const tables = placeTables(disc, trees, folders, { isRelaid, zone: front });
  const frontGrowth = isRelaid ? Math.max(0, front.end - metadata.end) : 0;
  const udf = disc.udf && placeUdf(disc.udf, trees.udf!, back);
  const use = new DataUse(disc, trees);
  const placed = Array.from(heaviestFirst(use.fresh, trees, sort), (data) =>
    placeData(data, use, back, disc, keepsOld),
  );
  back.take(recordBlocks);
  const growth = alignUp(frontGrowth + back.end - insertAt, alignmentOf(disc));
  checkSize(disc, growth);
  const cuts: readonly [Cut, Cut] = [
    { from: metadata.end, by: frontGrowth },
    { from: insertAt, by: growth },
  ];
  const shift = (block: number) => block + (cuts.findLast(({ from }) => block >= from)?.by ?? 0);
  const newData = placed.map(({ data, blocks, block, inPlace }) => {
    return { data, blocks, block: inPlace ? shift(block) : block + frontGrowth };
  });
  const blockOf = new Map(newData.map(({ data, block }) => [data, block]));
  const freed = [...use.freed(), ...freedFolders(trees, folders, isRelaid ? disc : undefined), ...(udf?.freed ?? [])];
  const places: Omit<EditPlaces, 'folders'> = {
    isRelaid,
    cuts,
    growth,
    tables: [...tables.values()],
    tableAt: (old) => tables.get(old),
    newData,
    udf,
    filesEnd: back.end + frontGrowth,
    recordBlocks,
    freed: [...(keepsOld ? [] : freed), ...disc.checksums.map((block) => ({ block, blocks: 1 }))],
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

function checkSize({ image }: KeptDisc, growth: number): void {
  if (image.size / BLOCK + growth <= MAX_BLOCKS) return;
  throw new InvalidInputError('edit.too-large', 'The disc would be larger than 8 TiB.');
}

function placeData(
  data: Data,
  use: DataUse,
  zone: Zone,
  disc: KeptDisc,
  keepsOld: boolean,
): PlacedData & { readonly inPlace: boolean } {
  const blocks = divCeil(data.size, BLOCK);
  const { replaces } = data;
  if (replaces?.old === undefined) return { data, blocks, block: zone.take(blocks), inPlace: false };
  if (replaces.old === disc.catalog?.block) {
    throw new InvalidInputError(
      'edit.catalog',
      'The file to replace is the boot catalog, which firmware reads, and which the edit keeps in step with the boot images.',
      { hint: 'Replace a boot image instead, or make a new disc with other boot entries.' },
    );
  }
  const room = divCeil(replaces.size, BLOCK);
  const partition = disc.tables.partitions.find(({ start }) => start === replaces.old! * SECTORS_PER_BLOCK);
  const mayOverwrite = !keepsOld || partition !== undefined;
  if (mayOverwrite && blocks <= room && use.claim(replaces)) {
    return { data, blocks: room, block: replaces.old, inPlace: true };
  }
  if (partition) {
    const message = `The file is partition ${partition.number} of the disc, and the new one has ${blocks - room} blocks of 2 KiB more.`;
    throw new UnsupportedError('edit.partition-size', message, { hint: 'Give an image that is not larger.' });
  }
  return { data, blocks, block: zone.take(blocks), inPlace: false };
}

/**
 * The tail moves by a multiple of this many blocks, so that each partition and the end of the disc keep their alignment. PC firmware
 * that counts cylinders wants partitions to begin and end at whole ones.
 */
function alignmentOf({ tables, image, insertAt }: KeptDisc): number {
  if (tables.partitions.length === 0) return 1;
  const starts = tables.partitions.map(({ start }) => start / SECTORS_PER_BLOCK).filter((start) => start >= insertAt);
  const aligned = (alignment: number) => [...starts, image.size / BLOCK].some((block) => block % alignment === 0);
  let alignment = MOST_ALIGNMENT;
  while (alignment > 1 && !aligned(alignment)) alignment /= 2;
  return alignment;
}
