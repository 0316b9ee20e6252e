// El Torito: the checksum of the catalog, the places of its entries, and the addresses that boot images contain of themselves.

import type { BootEntryFacts } from '../disc/index.js';
import { readBootEntries } from '../disc/index.js';
import {
  BOOT_INFO_AT,
  BOOT_INFO_END,
  bootInfoChecksum,
  bootInfoTable,
  bootRecord,
  EL_TORITO_ID,
  GRUB_INFO_AT,
  grubBootInfo,
  grubSector,
  isIsolinux,
  validationEntry,
  wordSum,
} from '../format/eltorito/index.js';
import { BLOCK, type IsoVolume } from '../format/iso9660/index.js';
import { bytesAt } from '../io/index.js';
import type { Layer } from './layer.js';

const ENTRY = 32;
/** First byte of an entry: bootable or not. */
const ENTRY_MARKS = [0x88, 0];
/** First byte after the default entry: also of section headers, and of extensions. Some programs write entries without a header. */
const NEXT_MARKS = [...ENTRY_MARKS, 0x90, 0x91, 0x44];
/** Size of GRUB's loader for discs (cdboot.img). The sector after it, which it loads, contains an address. */
const GRUB_LOADER = 2048;
const GRUB_ADDRESS_END = GRUB_INFO_AT + grubBootInfo.size;
/** Addresses up to this one are the unpatched defaults. */
const GRUB_UNPATCHED = 2;
const GRUB_TEXT = 'cdrom read fails';
/** How a primary volume descriptor begins. A disc with a partition offset has two. */
const PRIMARY_HEAD = [1, 0x43, 0x44, 0x30, 0x30, 0x31];
const LARGEST_BOOT_IMAGE = 64 * 1024 * 1024;

/** Checks the boot catalog of a volume, and returns its entries. */
export async function checkBootCatalog(layer: Layer, volume: IsoVolume): Promise<readonly BootEntryFacts[]> {
  const [record] = volume.bootRecords;
  if (record === undefined) return [];
  const bytes = await bytesAt(layer.image, record * BLOCK, BLOCK);
  const decoded = bytes && bootRecord.decode(bytes);
  if (decoded?.systemId !== EL_TORITO_ID) return [];
  const at = decoded.catalogBlock * BLOCK;
  const validation = await bytesAt(layer.image, at, ENTRY);
  if (!validation) {
    layer.report('eltorito.catalog', `The boot catalog at block ${decoded.catalogBlock} is outside the image.`);
    return [];
  }
  const { header, key55, keyAa } = validationEntry.decode(validation);
  if (header !== 1 || key55 !== 0x55 || keyAa !== 0xaa || wordSum(validation) !== 0) {
    layer.report('eltorito.catalog', 'The validation entry of the boot catalog has a wrong checksum or mark.', { at });
    return [];
  }
  await checkMarks(layer, at + ENTRY);
  const entries = await readBootEntries(layer.image, volume.bootRecords);
  for (const entry of entries) await checkEntry(layer, entry);
  return entries;
}

/** Checks the first byte of the default entry and of the one after it: firmware ignores an entry with any other. */
async function checkMarks(layer: Layer, at: number): Promise<void> {
  const entries = await bytesAt(layer.image, at, 2 * ENTRY);
  if (!entries) return;
  if (!ENTRY_MARKS.includes(entries[0]!)) {
    layer.report('eltorito.catalog', 'The default entry of the boot catalog has a wrong mark.', { at });
  }
  if (!NEXT_MARKS.includes(entries[ENTRY]!)) {
    const message = 'After the default entry of the boot catalog there is neither a section nor an entry nor the end.';
    layer.report('eltorito.catalog', message, { at: at + ENTRY });
  }
}

async function checkEntry(layer: Layer, entry: BootEntryFacts): Promise<void> {
  const { platform, block, sectors, bootable, emulation } = entry;
  const at = block * BLOCK;
  if (!bootable) return;
  if (block === 0 || at + Math.max(sectors, 1) * 512 > layer.image.size) {
    const message = `The boot image for ${platform} at block ${block} with ${sectors} sectors is outside the image.`;
    layer.report('eltorito.entry-outside', message, { at });
    return;
  }
  if (platform === 'bios' && emulation === 'none') {
    if (sectors === 0) layer.report('eltorito.load-size', 'A BIOS loads no sector of the boot image.', { at });
    await checkBiosImage(layer, at, block);
  }
}

async function checkBiosImage(layer: Layer, at: number, block: number): Promise<void> {
  const head = await bytesAt(layer.image, at, Math.min(GRUB_ADDRESS_END, layer.image.size - at));
  if (!head || head.length < BOOT_INFO_END) return;
  const isGrub = new TextDecoder('latin1').decode(head.subarray(0, GRUB_LOADER)).includes(GRUB_TEXT);
  const table = bootInfoTable.decode(head, BOOT_INFO_AT);
  // Any other file has a table only if the numbers fit: the first one is the block of the primary descriptor.
  if (!isIsolinux(head) && !isGrub && (table.primaryDescriptorBlock !== 16 || table.block !== block)) return;
  await checkTable(layer, at, block, table);
  if (!isGrub || head.length < GRUB_ADDRESS_END) return;
  const { sector: address } = grubBootInfo.decode(head, GRUB_INFO_AT);
  if (address > GRUB_UNPATCHED && address !== grubSector(block)) {
    const message = `GRUB's boot image is told to load sector ${address}, and its own next one is ${grubSector(block)}.`;
    layer.report('eltorito.grub-address', message, { at: at + GRUB_INFO_AT });
  }
}

async function checkTable(
  layer: Layer,
  at: number,
  block: number,
  table: ReturnType<typeof bootInfoTable.decode>,
): Promise<void> {
  const place = { at: at + BOOT_INFO_AT };
  const { primaryDescriptorBlock, block: ownBlock, size, checksum } = table;
  const descriptor = await bytesAt(layer.image, primaryDescriptorBlock * BLOCK, PRIMARY_HEAD.length);
  const isPrimary = PRIMARY_HEAD.every((byte, i) => descriptor?.[i] === byte);
  if (!isPrimary || ownBlock !== block) {
    const what = isPrimary ? `the image at block ${ownBlock}, and it is at ${block}` : 'a descriptor that is not there';
    const message = `The boot info table names ${what}.`;
    layer.report('eltorito.boot-info-table', message, place);
    return;
  }
  const bytes = size > LARGEST_BOOT_IMAGE ? undefined : await bytesAt(layer.image, at, size);
  if (!bytes) {
    layer.report('eltorito.boot-info-table', `The boot info table says that the image has ${size} bytes.`, place);
  } else if (bootInfoChecksum(bytes) !== checksum) {
    layer.report('eltorito.boot-info-table', 'The checksum of the boot info table is wrong.', place);
  }
}
