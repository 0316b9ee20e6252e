// The boot catalog of the old disc: its bytes, and the place of each image's entry in them.

import { UnsupportedError } from '../../errors.js';
import {
  BOOT_INFO_AT,
  BOOT_INFO_END,
  bootEntry,
  bootInfoTable,
  bootRecord,
  CATALOG_SIZE,
  EL_TORITO_ID,
  GRUB_INFO_AT,
  grubBootInfo,
  grubSector,
  LAST_SECTION,
  MORE_SECTIONS,
  sectionHeader,
  validationEntry,
  wordSum,
} from '../../format/eltorito/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import { bytesAt, type Source } from '../../io/index.js';

const ENTRY = 32;
/** Offset in the boot record of the block number of the catalog. */
const CATALOG_BLOCK_AT = 71;
const EXTENSION = 0x44;
/** Bit of an entry: an extension follows. */
const HAS_EXTENSION = 0x20;

/** One image. */
export interface KeptBootEntry {
  /** Byte of its entry in the catalog. */
  readonly at: number;
  /** 0 for BIOS, 0xef for EFI. */
  readonly platform: number;
  readonly block: number;
  /** 512-byte sectors to load. */
  readonly sectors: number;
}

export interface KeptCatalog {
  /** The boot record that leads to it. */
  readonly record: { readonly block: number; readonly bytes: Uint8Array };
  readonly block: number;
  readonly bytes: Uint8Array;
  readonly entries: readonly KeptBootEntry[];
}

/** The catalog that a boot record points to; undefined for a boot record of another system. */
export async function readCatalog(image: Source, record: KeptCatalog['record']): Promise<KeptCatalog | undefined> {
  const { systemId, catalogBlock: block } = bootRecord.decode(record.bytes);
  if (systemId !== EL_TORITO_ID) return undefined;
  const bytes = await bytesAt(image, block * BLOCK, CATALOG_SIZE);
  const isCatalog = bytes && validationEntry.decode(bytes).header === 1 && wordSum(bytes.subarray(0, ENTRY)) === 0;
  if (!isCatalog) {
    const message = 'The boot catalog of the disc is damaged: its first entry has a wrong checksum.';
    throw new UnsupportedError('edit.boot-catalog', message, { at: block * BLOCK });
  }
  return { record, block, bytes, entries: entriesOf(bytes) };
}

function entriesOf(catalog: Uint8Array): KeptBootEntry[] {
  const entries = [entryAt(catalog, ENTRY, validationEntry.decode(catalog).platform)];
  for (let at = 2 * ENTRY; at + ENTRY <= catalog.length; ) {
    const { header, platform, entries: count } = sectionHeader.decode(catalog, at);
    if (header !== MORE_SECTIONS && header !== LAST_SECTION) break;
    at += ENTRY;
    for (let i = 0; i < count && at + ENTRY <= catalog.length; i++) {
      entries.push(entryAt(catalog, at, platform));
      const extends_ = (catalog[at + 1]! & HAS_EXTENSION) !== 0;
      at += ENTRY;
      while (extends_ && catalog[at] === EXTENSION) at += ENTRY;
    }
    if (header === LAST_SECTION) break;
  }
  return entries;
}

function entryAt(catalog: Uint8Array, at: number, platform: number): KeptBootEntry {
  const { block, sectors } = bootEntry.decode(catalog, at);
  return { at, platform, block, sectors };
}

/** The boot record for a catalog at another block. */
export function movedRecord({ record }: KeptCatalog, block: number): Uint8Array {
  const bytes = record.bytes.slice();
  new DataView(bytes.buffer).setUint32(CATALOG_BLOCK_AT, block, true);
  return bytes;
}

/** Which facts about its own place a boot image contains. */
export async function patchesIn(image: Source, block: number, size: number) {
  const head = await bytesAt(image, block * BLOCK, Math.min(size, GRUB_INFO_AT + grubBootInfo.size));
  if (!head || head.length < BOOT_INFO_END) return { bootInfoTable: false, grubBootInfo: false };
  const table = bootInfoTable.decode(head, BOOT_INFO_AT);
  const hasAddress = head.length >= GRUB_INFO_AT + grubBootInfo.size;
  return {
    bootInfoTable: table.primaryDescriptorBlock === 16 && table.block === block,
    grubBootInfo: hasAddress && grubBootInfo.decode(head, GRUB_INFO_AT).sector === grubSector(block),
  };
}
