// Menus in the FAT images that firmware boots from.

import { type ByteString, byteStringOf, displayText, type Timestamp } from '../../bytes/index.js';
import { isEspType, isMenuName, LARGEST_MENU, menuKindOf } from '../../disc/index.js';
import { UnsupportedError } from '../../errors.js';
import { SECTORS_PER_BLOCK } from '../../format/eltorito/index.js';
import { openFat, replaceFatFiles } from '../../format/fat/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import { SECTOR } from '../../format/mbr/index.js';
import { collect, type Patch, type Run, type Source } from '../../io/index.js';
import { walk } from '../../tree/index.js';
import type { EditContext } from '../edit-context.js';
import type { MenuText } from './disc-files.js';

const EFI_PLATFORM = 0xef;

/** A FAT image on the disc. */
export interface FatImage {
  readonly at: number;
  readonly image: Source;
  /** As reports name it. */
  readonly name: string;
}

/** A FAT image with its menus. */
export interface MenusOfFat {
  readonly fat: FatImage;
  readonly menus: readonly MenuText[];
}

/** The images that UEFI boots from and the EFI system partitions, each once. Images that the edit replaces are left out and reported. */
export async function fatImagesOf({ disc, trees, losses }: EditContext): Promise<FatImage[]> {
  const { catalog, tables, image, data } = disc;
  const blocks = new Map<number, number>();
  for (const { type, start, sectors } of tables.partitions) {
    if (isEspType(type)) blocks.set(start / SECTORS_PER_BLOCK, sectors * SECTOR);
  }
  for (const { platform, block, sectors } of catalog?.entries ?? []) {
    const size = data.get(block)?.size ?? sectors * SECTOR;
    if (platform === EFI_PLATFORM && !blocks.has(block)) blocks.set(block, size);
  }
  const named = new Map<number, string>();
  const replaced = new Set<number>();
  for (const { path, entry } of trees.walk()) {
    if (entry.data?.old !== undefined && blocks.has(entry.data.old)) named.set(entry.data.old, path);
    const old = entry.data?.replaces?.old;
    if (old !== undefined && blocks.has(old)) replaced.add(old);
  }
  const images: FatImage[] = [];
  for (const [block, size] of blocks) {
    const at = block * BLOCK;
    const name = named.get(block) ?? 'EFI system partition';
    if (replaced.has(block)) {
      losses.addValue('edit.replaced-image', 'Menus in a replaced boot image are left as they are.', name);
      continue;
    }
    const length = Math.min(size, image.size - at);
    if (length > 0) images.push({ at, name, image: image.slice({ at, length }) });
  }
  return images;
}

/** The menus in a FAT image; none if it cannot be read. */
export async function menusInFat(fat: FatImage, run: Run): Promise<MenusOfFat> {
  const menus: MenuText[] = [];
  const volume = await openFat(fat.image).catch(() => undefined);
  for (const { path, node } of volume ? walk(await volume.tree()) : []) {
    if (node.kind !== 'file' || node.content.size > LARGEST_MENU || !isMenuName(path)) continue;
    const text = byteStringOf(await collect(node.content, run));
    const kind = menuKindOf(path, text);
    if (kind) menus.push({ path, volume: fat, kind, text });
  }
  return { fat, menus };
}

/** The patches that give menus of a FAT image other bytes, at their places on the old disc. */
export async function patchesOfFat(
  { at, image, name }: FatImage,
  edits: ReadonlyMap<ByteString, Uint8Array>,
  time: Timestamp,
): Promise<Patch[]> {
  try {
    const patches = await replaceFatFiles(image, edits, time);
    return patches.map((patch) => ({ ...patch, at: patch.at + at }));
  } catch (error) {
    if (!(error instanceof UnsupportedError) || error.code !== 'fat.full') throw error;
    const message = `The menu in ${displayText(name as ByteString)} grows, and the FAT volume has no free cluster for it.`;
    throw new UnsupportedError('edit.esp-full', message, {
      hint: 'Replace the boot image by a larger one that has the menu.',
      cause: error,
    });
  }
}
