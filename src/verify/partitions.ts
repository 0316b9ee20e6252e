// Partition tables: places and overlaps of entries, both copies of a GPT, the protective MBR, the address in the boot code.

import { type BootEntryFacts, isExtendedType, type PartitionFacts } from '../disc/index.js';
import { SECTORS_PER_BLOCK } from '../format/eltorito/index.js';
import { gptEntriesFault, gptHeaderFault, readGpt, type StoredGpt } from '../format/gpt/index.js';
import { BOOT_SECTOR_AT, MBR_TYPE, SECTOR } from '../format/mbr/index.js';
import { bytesAt } from '../io/index.js';
import type { Layer } from './layer.js';

const PROTECTIVE = `0x${MBR_TYPE.protective.toString(16)}`;
/** Type of an entry that covers only the MBR, and exists so that some entry is active. */
const EMPTY = '0x00';

/** Checks the tables of an image. */
export async function checkPartitions(
  layer: Layer,
  partitions: readonly PartitionFacts[],
  bootEntries: readonly BootEntryFacts[],
): Promise<void> {
  const { image } = layer;
  for (const { table, number, at, size, type } of partitions) {
    if (at + size <= image.size || type === PROTECTIVE) continue;
    const message = `Partition ${number} of the ${table.toUpperCase()} ends at byte ${at + size}, the image at ${image.size}.`;
    layer.report(`${table}.partition-outside`, message, { at });
  }
  checkOverlaps(layer, partitions);
  await checkGpt(layer, partitions);
  await checkBootCode(layer, bootEntries);
}

/**
 * Reports partitions of one table that overlap. In the MBR of a hybrid disc one may be inside another: the whole disc contains
 * the EFI system partition, which is a file on it.
 */
function checkOverlaps(layer: Layer, partitions: readonly PartitionFacts[]): void {
  for (const kind of ['mbr', 'gpt'] as const) {
    const own = partitions.filter(
      ({ table, type, size }) => table === kind && size > SECTOR && type !== PROTECTIVE && !isExtendedType(type),
    );
    own.sort((a, b) => a.at - b.at || b.size - a.size);
    for (const [index, one] of own.entries()) {
      const other = own[index + 1];
      if (!other || other.at >= one.at + one.size) continue;
      const isInside = other.at + other.size <= one.at + one.size;
      if (kind === 'mbr' && isInside) continue;
      const message = `Partitions ${one.number} and ${other.number} of the ${kind.toUpperCase()} overlap.`;
      layer.report(`${kind}.partitions-overlap`, message, { at: other.at });
    }
  }
}

async function checkGpt(layer: Layer, partitions: readonly PartitionFacts[]): Promise<void> {
  const primary = await readGpt(layer.image, SECTOR);
  if (!primary) {
    const isProtected = partitions.some(({ table, type }) => table === 'mbr' && type === PROTECTIVE);
    if (isProtected) layer.report('gpt.no-header', 'The MBR protects a GPT that does not exist.', { at: SECTOR });
    return;
  }
  const isSound = checkCopy(layer, primary, 'gpt.primary');
  const { header } = primary;
  const backupAt = (isSound ? header.other : Math.floor(layer.image.size / SECTOR) - 1) * SECTOR;
  const backup = await readGpt(layer.image, backupAt);
  if (!backup) {
    layer.report('gpt.no-backup', 'There is no copy of the GPT where its header says.', { at: backupAt });
  } else if (checkCopy(layer, backup, 'gpt.backup') && isSound && !isSameTable(primary, backup)) {
    layer.report('gpt.copies-differ', 'The two copies of the GPT have different entries.', { at: backupAt });
  }
  checkProtection(layer, partitions);
}

/** Checks one copy: both checksums, and its own place. */
function checkCopy(layer: Layer, copy: StoredGpt, code: 'gpt.primary' | 'gpt.backup'): boolean {
  const fault = gptHeaderFault(copy) ?? gptEntriesFault(copy);
  if (fault !== undefined) layer.report(code, fault, { at: copy.at });
  return fault === undefined;
}

function isSameTable(a: StoredGpt, b: StoredGpt): boolean {
  return a.header.diskGuid === b.header.diskGuid && a.header.entriesCrc === b.header.entriesCrc;
}

function checkProtection(layer: Layer, partitions: readonly PartitionFacts[]): void {
  const mbr = partitions.filter(({ table, type }) => table === 'mbr' && type !== EMPTY);
  if (mbr.some(({ type }) => type === PROTECTIVE)) {
    if (mbr.length > 1)
      layer.report('portable.hybrid-mbr', 'The MBR lists partitions in addition to the protected GPT.');
    return;
  }
  layer.report(
    'portable.hybrid-mbr',
    mbr.length > 0 ? 'The MBR lists partitions and does not protect the GPT.' : 'No entry of the MBR protects the GPT.',
  );
}

/** Checks the address of the BIOS boot image in the boot code of GRUB and ISOLINUX, in sectors of 512 bytes. */
async function checkBootCode(layer: Layer, bootEntries: readonly BootEntryFacts[]): Promise<void> {
  const bios = bootEntries.find(({ platform, bootable }) => platform === 'bios' && bootable);
  const mbr = bios && (await bytesAt(layer.image, 0, SECTOR));
  if (!bios || !mbr || bios.block * SECTORS_PER_BLOCK * SECTOR >= layer.image.size) return;
  const text = new TextDecoder('latin1').decode(mbr.subarray(0, 440));
  const view = new DataView(mbr.buffer);
  const [isGrub, isIsolinux] = [text.includes('GRUB '), text.includes('isolinux.bin missing')];
  const address = view.getUint32(BOOT_SECTOR_AT, true);
  const expected = bios.block * SECTORS_PER_BLOCK + (isGrub ? 4 : 0);
  if ((!isGrub && !isIsolinux) || address === expected) return;
  // GRUB's boot code for hard disks loads the next sector; only the code for optical discs is patched.
  if (isGrub && address <= 1) return;
  const message = `The boot code loads sector ${address}, and the BIOS boot image is at ${expected}.`;
  layer.report('mbr.boot-code-address', message, { at: BOOT_SECTOR_AT });
}
