// Renders a placed edit: makes all overlays that turn the old disc into the new one.

import { divCeil } from '../../bytes/index.js';
import { BLOCK, renderPathTable } from '../../format/iso9660/index.js';
import { bytesSource, type Patch, type Range } from '../../io/index.js';
import { foldersOf } from '../kept/entries.js';
import type { KeptDisc } from '../kept/read-disc.js';
import { udfOverlays } from '../udf/render-udf.js';
import { bootOverlays, movedImages, storedContent } from './boot.js';
import { type DescriptorChanges, descriptorAt, editedDescriptor } from './descriptors.js';
import { renderFolder } from './folder-records.js';
import { type Overlay, overlayBlocks, overlayBytes } from './overlay.js';
import { identifierOf } from './place-directories.js';
import type { EditPlaces, PlacedFolder, PlacedTable } from './places.js';

/** Changes other than those of the tree. */
export interface OtherChanges extends DescriptorChanges {
  /** Bytes that are changed in place, at their places on the old disc. */
  readonly patches: readonly Patch[];
}

/** Everything of the new disc that is not a range of the old one. */
export interface RenderedEdit {
  readonly overlays: readonly Overlay[];
  /** Ranges of the old disc that become zeros where nothing is laid over them. */
  readonly emptied: readonly Range[];
}

/** Renders all new bytes of the edited disc. */
export async function renderEdit(
  disc: KeptDisc,
  places: EditPlaces,
  { patches, ...values }: OtherChanges,
): Promise<RenderedEdit> {
  const overlays: Overlay[] = disc.descriptors.map((descriptor) =>
    overlayBytes(descriptorAt(descriptor), editedDescriptor(descriptor, places, values)),
  );
  for (const placed of places.folders) if (placed.isWritten) overlays.push(...folderOverlays(placed, places));
  for (const table of places.tables) overlays.push(...tableOverlays(table, places));
  for (const placed of places.newData) {
    overlays.push(...overlayBlocks(placed.block, await storedContent(disc, placed), placed.blocks));
  }
  overlays.push(...(await bootOverlays(disc, places)), ...(await movedImages(disc, places)));
  for (const { at, bytes } of patches) {
    const block = Math.floor(at / BLOCK);
    overlays.push(overlayBytes(at + (places.shift(block) - block) * BLOCK, bytes));
  }
  if (places.udf) overlays.push(...udfOverlays(places.udf, places, values.volumeId));
  const emptied = places.freed.map(({ block, blocks }) => ({ at: block * BLOCK, length: blocks * BLOCK }));
  return { overlays, emptied };
}

function folderOverlays(placed: PlacedFolder, places: EditPlaces): Overlay[] {
  const { edited, folder, measured, block, continuation } = placed;
  const rendered = renderFolder(edited, folder, places, measured);
  const room = folder.records && !places.isRelaid ? divCeil(folder.records.size, BLOCK) : placed.blocks;
  const records = overlayBlocks(block, bytesSource(rendered.records), room);
  if (measured.continuationBlocks === 0) return records;
  return [...records, overlayBytes(continuation * BLOCK, rendered.continuation)];
}

function tableOverlays({ edited, order, size, block, blocks }: PlacedTable, places: EditPlaces): Overlay[] {
  const { root, origin } = edited.tree;
  const folders = foldersOf(root);
  const numbers = new Map(folders.map((folder, i) => [folder, i + 1]));
  const entries = folders.map((folder) => ({
    identifier: identifierOf(folder),
    extent: places.folder(folder).block - origin,
    parent: numbers.get(folder.parent ?? folder)!,
  }));
  return overlayBlocks(block, bytesSource(renderPathTable(entries, size, order)), blocks);
}
