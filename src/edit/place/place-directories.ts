// Places directories and path tables: in their old blocks, or one after another in new ones.

import { alignUp, divCeil } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { BLOCK, MAX_DIRECTORIES, pathTableEntryLength, volumeDescriptor } from '../../format/iso9660/index.js';
import type { EditedTree } from '../change/edited-tree.js';
import type { EditedTrees } from '../change/edited-trees.js';
import { type Folder, foldersOf } from '../kept/entries.js';
import { pathTablesOf } from '../kept/read-descriptors.js';
import type { KeptDisc } from '../kept/read-disc.js';
import { measureFolder, pointsElsewhere } from './folder-records.js';
import type { Place, PlacedFolder, PlacedTable, Places } from './places.js';

/** Allocates blocks one after another. */
export class Zone {
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
export function fits(edited: EditedTree, folder: Folder): boolean {
  const { records } = folder;
  if (!records || !folder.isChanged) return true;
  const { size, continuationBlocks } = measureFolder(edited, folder, false);
  return continuationBlocks === 0 && size <= alignUp(records.size, BLOCK);
}

export function placeFolders(trees: EditedTrees, isRelaid: boolean, zone: Zone): Map<Folder, PlacedFolder> {
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
export function freedFolders(
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

export function isAffected(folder: Folder, places: Places): boolean {
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
export function placeTables(
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
