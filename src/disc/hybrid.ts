// Partition tables over an ISO 9660 image, so that the same bytes boot from a CD drive and from a disk.

import { defined } from '../bytes/index.js';
import { SECTORS_PER_BLOCK } from '../format/eltorito/index.js';
import {
  entryArraySectors,
  firstUsableSector,
  GPT_TYPE,
  type GptDisk,
  type GptPartition,
  NO_ATTRIBUTES,
  REQUIRED_READ_ONLY,
  renderBackupGpt,
  renderPrimaryGpt,
} from '../format/gpt/index.js';
import { BLOCK, SYSTEM_AREA_BLOCKS } from '../format/iso9660/index.js';
import {
  FORCED_BOOTABLE,
  geometryFor,
  MBR_TYPE,
  type MbrPartition,
  protectivePartition,
  renderMbr,
  SECTOR,
} from '../format/mbr/index.js';
import { deriveUuid } from '../io/index.js';
import type { PartitionLayout } from './layout.js';
import { alignedEnd } from './named-layouts.js';
import type { ResolvedDiscOptions } from './options.js';

/** As many entries as fill the system area: the first sector that partitions may use is then sector 64. */
const GPT_ENTRIES = 248;
/** Bytes of the system area. */
export const SYSTEM_AREA = SYSTEM_AREA_BLOCKS * BLOCK;

/** The ends of the disc's parts, in blocks. */
export interface DiscEnds {
  readonly payloadEnd: number;
  readonly espBlocks: number;
  readonly imageBlocks: number;
}

/** Blocks at the very end that the backup GPT takes. */
export function backupGptBlocks({ partitionTable }: ResolvedDiscOptions): number {
  return hasGpt(partitionTable) ? Math.ceil((entryArraySectors(GPT_ENTRIES) + 1) / SECTORS_PER_BLOCK) : 0;
}

/** Boot code, MBR and primary GPT: the 32 KiB before the volume descriptors. */
export function renderSystemArea(
  options: ResolvedDiscOptions,
  ends: DiscEnds,
  biosBlock: number | undefined,
): Uint8Array {
  const area = new Uint8Array(SYSTEM_AREA);
  const { mbrCode: code, partitionTable, diskSignature } = options;
  if (partitionTable === 'none' && code.length === 0) return area;
  const partitions = partitionTable === 'none' ? [] : mbrPartitions(options, ends);
  const bootSector = bootSectorOf(options, biosBlock);
  area.set(
    renderMbr({
      code,
      diskSignature,
      partitions,
      ...defined({ bootSector }),
      ...(options.payloadEnd === 'cylinder' ? { geometry: geometryOf(ends) } : {}),
    }),
    0,
  );
  if (hasGpt(partitionTable)) area.set(renderPrimaryGpt(gptDisk(options, ends)), SECTOR);
  return area;
}

/** The sector that the boot code of the MBR is to load. */
function bootSectorOf({ bootCode }: ResolvedDiscOptions, biosBlock: number | undefined): number | undefined {
  if (bootCode === 'none') return undefined;
  // GRUB's image begins with the 2048-byte loader for CDs; from a disk its second part is entered, four sectors on.
  return biosBlock! * SECTORS_PER_BLOCK + (bootCode === 'grub' ? 4 : 0);
}

function geometryOf({ payloadEnd, espBlocks }: DiscEnds) {
  return geometryFor(payloadEnd * SECTORS_PER_BLOCK, espBlocks * SECTORS_PER_BLOCK);
}

/** Padding blocks between the end of the payload at `block` and the end that the layout requires. */
export function blocksToPayloadEnd(block: number, { payloadEnd, appendedEsp }: ResolvedDiscOptions): number {
  const behind = Math.ceil((appendedEsp?.size ?? 0) / BLOCK) * SECTORS_PER_BLOCK;
  return alignedEnd(block * SECTORS_PER_BLOCK, behind, payloadEnd) / SECTORS_PER_BLOCK - block;
}

/** The backup GPT, moved to the end of its blocks. */
export function renderDiscEnd(options: ResolvedDiscOptions, ends: DiscEnds): Uint8Array {
  const table = renderBackupGpt(gptDisk(options, ends));
  const area = new Uint8Array(backupGptBlocks(options) * BLOCK);
  area.set(table, area.length - table.length);
  return area;
}

/** Partitions for the layout; without `ends` the places after open content are absent. */
export function partitionLayouts(options: ResolvedDiscOptions, ends: DiscEnds | undefined): PartitionLayout[] {
  const { partitionTable, appendedEsp } = options;
  if (partitionTable === 'none') return [];
  const espBlocks = appendedEsp ? Math.ceil(appendedEsp.size / BLOCK) : 0;
  const assumed = ends ?? {
    payloadEnd: SYSTEM_AREA_BLOCKS + 1,
    espBlocks,
    imageBlocks: SYSTEM_AREA_BLOCKS + 1 + espBlocks,
  };
  const place = (start: number, sectors: number, isEsp: boolean) => {
    if (ends) return { start, sectors };
    return isEsp ? { sectors } : { start };
  };
  const mbr = mbrPartitions(options, assumed).map(({ type, active, start, sectors }, i) => ({
    table: 'mbr' as const,
    number: i + 1,
    type: `0x${type.toString(16).padStart(2, '0')}`,
    active,
    ...place(start, sectors, type === MBR_TYPE.efi || type === MBR_TYPE.empty),
  }));
  if (!hasGpt(partitionTable)) return mbr;
  const gpt = gptPartitions(options, assumed).map(({ type, name, start, sectors }, i) => ({
    table: 'gpt' as const,
    number: i + 1,
    type,
    name,
    ...place(start, sectors, type === GPT_TYPE.efiSystem),
  }));
  return [...mbr, ...gpt];
}

function hasGpt(table: ResolvedDiscOptions['partitionTable']): boolean {
  return table === 'gpt' || table === 'gpt-hybrid';
}

function mbrPartitions(options: ResolvedDiscOptions, ends: DiscEnds): MbrPartition[] {
  const { partitionTable, partitionOffset, bios } = options;
  if (hasGpt(partitionTable)) {
    const protective = protectivePartition(ends.imageBlocks * SECTORS_PER_BLOCK);
    return partitionTable === 'gpt-hybrid' ? [protective, FORCED_BOOTABLE] : [protective];
  }
  const start = partitionOffset * SECTORS_PER_BLOCK;
  const end = ends.payloadEnd * SECTORS_PER_BLOCK;
  // Open Firmware takes no other than an active partition.
  const active = bios !== undefined || options.payloadType === MBR_TYPE.chrp;
  const payload = { active, type: options.payloadType, start, sectors: end - start };
  if (ends.espBlocks === 0) return [payload];
  return [payload, { active: false, type: MBR_TYPE.efi, start: end, sectors: ends.espBlocks * SECTORS_PER_BLOCK }];
}

function gptPartitions({ partitionOffset, seed }: ResolvedDiscOptions, ends: DiscEnds): GptPartition[] {
  const start = firstUsableSector(GPT_ENTRIES);
  const end = ends.payloadEnd * SECTORS_PER_BLOCK;
  const payload: GptPartition = {
    type: GPT_TYPE.basicData,
    id: deriveUuid(seed(), 'gpt partition 1'),
    start,
    sectors: end - start,
    attributes: REQUIRED_READ_ONLY,
    // Without its own descriptors the partition only protects the payload.
    name: partitionOffset > 0 ? 'ISO9660' : 'Gap0',
  };
  if (ends.espBlocks === 0) return [payload];
  const esp: GptPartition = {
    type: GPT_TYPE.efiSystem,
    id: deriveUuid(seed(), 'gpt partition 2'),
    start: end,
    sectors: ends.espBlocks * SECTORS_PER_BLOCK,
    attributes: NO_ATTRIBUTES,
    name: 'Appended2',
  };
  return [payload, esp];
}

function gptDisk(options: ResolvedDiscOptions, ends: DiscEnds): GptDisk {
  return {
    guid: deriveUuid(options.seed(), 'gpt disk'),
    sectors: ends.imageBlocks * SECTORS_PER_BLOCK,
    entryCount: GPT_ENTRIES,
    partitions: gptPartitions(options, ends),
  };
}
