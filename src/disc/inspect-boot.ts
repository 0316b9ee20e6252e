// The boot catalog of an image, as firmware reads it.

import { hexOf } from '../bytes/index.js';
import {
  bootEntry,
  bootRecord,
  CATALOG_SIZE,
  EL_TORITO_ID,
  LAST_SECTION,
  MORE_SECTIONS,
  sectionHeader,
  validationEntry,
  wordSum,
} from '../format/eltorito/index.js';
import { BLOCK } from '../format/iso9660/index.js';
import type { Source } from '../io/index.js';

const ENTRY = 32;
const BOOTABLE = 0x88;
const PLATFORMS: Readonly<Record<number, string>> = { 0: 'bios', 1: 'powerpc', 2: 'mac', 239: 'efi' };

/** One entry of a boot catalog. */
export interface BootEntryFacts {
  /** `bios`, `efi`, `powerpc`, `mac`, or the number. */
  readonly platform: string;
  readonly bootable: boolean;
  /** Whether it is loaded without emulation, or emulates a floppy or hard disk. */
  readonly emulation: 'none' | 'floppy' | 'hard-disk';
  /** Block of 2048 bytes. */
  readonly block: number;
  /** 512-byte sectors to load. */
  readonly sectors: number;
  /** Its maker, according to the validation entry or the section header. */
  readonly id?: string;
  /** Selection criteria in hexadecimal, without zeros at the end; absent if there are none. */
  readonly criteria?: string;
}

/** All entries that the boot records at these blocks lead to; none where a catalog is not one. */
export async function readBootEntries(image: Source, bootRecords: readonly number[]): Promise<BootEntryFacts[]> {
  for (const block of bootRecords) {
    const record = bootRecord.decode(await read(image, block * BLOCK, BLOCK));
    const at = record.catalogBlock * BLOCK;
    if (record.systemId !== EL_TORITO_ID || at + CATALOG_SIZE > image.size) continue;
    return entriesOf(await read(image, at, CATALOG_SIZE));
  }
  return [];
}

function entriesOf(catalog: Uint8Array): BootEntryFacts[] {
  const { header, platform, id } = validationEntry.decode(catalog);
  if (header !== 1 || wordSum(catalog.subarray(0, ENTRY)) !== 0) return [];
  const entries = [entryAt(catalog, ENTRY, platform, id)];
  for (let at = 2 * ENTRY; at + ENTRY <= catalog.length; ) {
    const section = sectionHeader.decode(catalog, at);
    if (section.header !== MORE_SECTIONS && section.header !== LAST_SECTION) break;
    at += ENTRY;
    for (let i = 0; i < section.entries && at + ENTRY <= catalog.length; i++, at += ENTRY) {
      entries.push(entryAt(catalog, at, section.platform, section.id));
    }
    if (section.header === LAST_SECTION) break;
  }
  return entries;
}

function entryAt(catalog: Uint8Array, at: number, platform: number, id: string): BootEntryFacts {
  const { bootable, media, block, sectors, selection } = bootEntry.decode(catalog, at);
  const kind = media & 0x0f;
  const criteria = hexOf(selection.subarray(0, selection.findLastIndex((byte) => byte !== 0) + 1));
  return {
    platform: PLATFORMS[platform] ?? `0x${platform.toString(16)}`,
    bootable: bootable === BOOTABLE,
    emulation: kind === 0 ? 'none' : kind === 4 ? 'hard-disk' : 'floppy',
    block,
    sectors,
    ...(id === '' ? {} : { id }),
    ...(criteria === '' ? {} : { criteria }),
  };
}

async function read(image: Source, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await image.read(at, bytes);
  return bytes;
}
