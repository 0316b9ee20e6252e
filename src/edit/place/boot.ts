// Everything that contains the address of a boot image: the catalog, the image itself, the boot code, partition tables.

import { displayText } from '../../bytes/index.js';
import { UnsupportedError } from '../../errors.js';
import {
  BOOT_INFO_AT,
  bootEntry,
  bootInfoTable,
  checkPatchable,
  GRUB_INFO_AT,
  grubBootInfo,
  grubSector,
  loadSectors,
  patchBootImage,
  SECTORS_PER_BLOCK,
} from '../../format/eltorito/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import { BOOT_SECTOR_AT, SECTOR } from '../../format/mbr/index.js';
import { bytesAt, collect, type ExactContent, exactContent, isZero, type Source } from '../../io/index.js';
import { joinPath, type LossLog } from '../../tree/index.js';
import { type KeptBootEntry, movedRecord, patchesIn } from '../kept/boot-catalog.js';
import { type Data, foldersOf } from '../kept/entries.js';
import type { KeptDisc } from '../kept/read-disc.js';
import { type Overlay, overlayBytes } from './overlay.js';
import { type EditPlaces, movedSpan, type PlacedData } from './places.js';

/** Sectors between the start of the boot image and that sector: none for ISOLINUX, four for GRUB. */
const ENTERED_AT = [0, 4];

/** Tables and boot code for the new places. */
export async function bootOverlays(disc: KeptDisc, places: EditPlaces): Promise<Overlay[]> {
  const { catalog, tables } = disc;
  const overlays: Overlay[] = [];
  if (catalog) {
    const bytes = movedCatalog(disc, places);
    const block = places.shift(catalog.block);
    if (bytes) overlays.push(overlayBytes(block * BLOCK, bytes));
    if (block !== catalog.block) overlays.push(overlayBytes(catalog.record.block * BLOCK, movedRecord(catalog, block)));
  }
  const pointer = await movedPointer(disc, places);
  if (pointer) overlays.push(pointer);
  if (places.growth === 0 && places.movedData.size === 0) return overlays;
  const patches = tables.patches({
    span: (partition) => movedSpan(places, partition, disc),
    sector: (sector) => {
      const within = sector % SECTORS_PER_BLOCK;
      return places.shift((sector - within) / SECTORS_PER_BLOCK) * SECTORS_PER_BLOCK + within;
    },
    growth: places.growth * SECTORS_PER_BLOCK,
  });
  return [...overlays, ...patches.map(({ at, bytes }) => overlayBytes(at, bytes))];
}

/** The new block of a boot image; undefined if it does not move. */
function moved(block: number, places: EditPlaces): number | undefined {
  const now = places.movedData.get(block)?.block ?? places.shift(block);
  return now === block ? undefined : now;
}

function movedCatalog({ catalog, data }: KeptDisc, places: EditPlaces): Uint8Array | undefined {
  const bytes = catalog!.bytes.slice();
  let isChanged = false;
  for (const entry of catalog!.entries) {
    const fields = bootEntry.decode(bytes, entry.at);
    const block = moved(entry.block, places) ?? entry.block;
    const sectors = newSectors(entry, data.get(entry.block), places);
    if (block === entry.block && sectors === entry.sectors) continue;
    isChanged = true;
    bootEntry.encodeInto({ ...fields, block, sectors }, bytes, entry.at);
  }
  return isChanged ? bytes : undefined;
}

/** The sectors to load. They change with the size of the image, if the old image was loaded whole. */
function newSectors({ block, sectors }: KeptBootEntry, old: Data | undefined, places: EditPlaces): number {
  const now = places.movedData.get(block);
  if (!now || !old || now.data.size === old.size || sectors !== loadSectors(old.size)) return sectors;
  return loadSectors(now.data.size);
}

/** The patched address in the boot code; undefined if it points to no boot image, or that image does not move. */
async function movedPointer({ image, catalog }: KeptDisc, places: EditPlaces): Promise<Overlay | undefined> {
  const bytes = await bytesAt(image, BOOT_SECTOR_AT, 4);
  if (!bytes || !catalog) return undefined;
  const sector = new DataView(bytes.buffer).getUint32(0, true);
  for (const { block } of catalog.entries) {
    const entered = ENTERED_AT.find((offset) => sector === block * SECTORS_PER_BLOCK + offset);
    const now = moved(block, places);
    if (entered === undefined || now === undefined) continue;
    new DataView(bytes.buffer).setUint32(0, now * SECTORS_PER_BLOCK + entered, true);
    return overlayBytes(BOOT_SECTOR_AT, bytes);
  }
  return undefined;
}

/** The signature of a PC boot sector, and the length of its code. */
const BOOT_MARK = [0x55, 0xaa] as const;
const CODE_LENGTH = 0x1b8;
const UNKNOWN_CODE =
  'The boot code for disks may have addresses of files that move; those of GRUB and ISOLINUX are adapted.';

/**
 * Refuses to move files of a disc whose system area is for machines other than PCs, because such boot code contains addresses of files.
 * Reports PC boot code that points to no boot image.
 */
export async function checkBootCode({ image, catalog }: KeptDisc, places: EditPlaces, losses: LossLog): Promise<void> {
  const sector = await bytesAt(image, 0, SECTOR);
  if (!places.isRelaid || !sector || isZero(sector, 0, CODE_LENGTH)) return;
  if (BOOT_MARK.some((byte, i) => sector[SECTOR - 2 + i] !== byte)) {
    const message =
      'The disc has boot code for machines other than PCs, with addresses of files, which would have to move.';
    throw new UnsupportedError('edit.boot-code', message, {
      at: 0,
      hint: 'Add fewer entries to directories of the disc.',
    });
  }
  const entered = new DataView(sector.buffer).getUint32(BOOT_SECTOR_AT, true);
  const isKnown = catalog?.entries.some(({ block }) =>
    ENTERED_AT.some((offset) => entered === block * SECTORS_PER_BLOCK + offset),
  );
  if (!isKnown) losses.addValue('edit.boot-code', UNKNOWN_CODE, 'boot sector');
}

/** The content of a file as it is stored. A boot image is patched with its place, if the image that it replaces was. */
export async function storedContent(disc: KeptDisc, { data, block }: PlacedData): Promise<ExactContent> {
  const content = data.content!;
  const old = data.replaces;
  const isImage = old?.old !== undefined && disc.catalog?.entries.some((entry) => entry.block === old.old);
  if (!isImage) return content;
  const wanted = await patchesIn(disc.image, old!.old!, old!.size);
  if (!wanted.bootInfoTable && !wanted.grubBootInfo) return content;
  checkPatchable(pathOf(disc, data), content.size, wanted);
  return exactContent(content.size, async function* (run) {
    yield patchBootImage(await collect(content, run), block, wanted);
  });
}

/** The path of a file by its data. */
function pathOf({ trees }: KeptDisc, data: Data): string {
  for (const folder of foldersOf(trees[0]!.root)) {
    for (const entry of folder.all()) if (entry.data === data) return displayText(joinPath(folder.path, entry.name));
  }
  return 'boot image';
}

/** Addresses in boot images that move without a change of content, also in those that no directory shows. */
export async function movedImages({ image, catalog, data }: KeptDisc, places: EditPlaces): Promise<Overlay[]> {
  const overlays: Overlay[] = [];
  for (const block of new Set((catalog?.entries ?? []).map((entry) => entry.block))) {
    const now = places.shift(block);
    if (places.movedData.has(block) || now === block) continue;
    const size = data.get(block)?.size ?? image.size - block * BLOCK;
    overlays.push(...(await movedAddresses(image, { block, size, now })));
  }
  return overlays;
}

interface MovedImage {
  readonly block: number;
  readonly size: number;
  readonly now: number;
}

async function movedAddresses(image: Source, { block, size, now }: MovedImage): Promise<Overlay[]> {
  const has = await patchesIn(image, block, size);
  const overlays: Overlay[] = [];
  let change = 0;
  if (has.grubBootInfo) {
    const bytes = new Uint8Array(grubBootInfo.size);
    grubBootInfo.encodeInto({ sector: grubSector(now) }, bytes, 0);
    overlays.push(overlayBytes(now * BLOCK + GRUB_INFO_AT, bytes));
    change = words(grubSector(now)) - words(grubSector(block));
  }
  if (has.bootInfoTable) {
    const bytes = (await bytesAt(image, block * BLOCK + BOOT_INFO_AT, bootInfoTable.size))!;
    const table = bootInfoTable.decode(bytes, 0);
    // The checksum covers GRUB's address.
    bootInfoTable.encodeInto({ ...table, block: now, checksum: (table.checksum + change) >>> 0 }, bytes, 0);
    overlays.push(overlayBytes(now * BLOCK + BOOT_INFO_AT, bytes));
  }
  return overlays;
}

/** The sum of both 32-bit words of a number. */
const words = (value: number): number => (value >>> 0) + Math.floor(value / 2 ** 32);
