// Recognising an ISO 9660 volume: its descriptors from block 16 on (ECMA-119 §8.1), and the Rock Ridge of its root.

import { byteStringOf, lossyText, type Timestamp } from '../../bytes/index.js';
import type { Source } from '../../io/index.js';
import { readRecord } from './directory-record.js';
import { BLOCK, SYSTEM_AREA_BLOCKS } from './geometry.js';
import {
  PRIMARY,
  STANDARD_ID,
  SUPPLEMENTARY,
  TERMINATOR,
  type VolumeDescriptor,
  volumeDescriptor,
} from './volume-descriptor.js';

/** No real volume has more. */
const MOST_DESCRIPTORS = 64;
const BOOT_RECORD = 0;

export interface IsoVolume {
  readonly volumeId: string;
  readonly systemId: string;
  readonly volumeSetId: string;
  readonly publisher: string;
  readonly preparer: string;
  readonly applicationId: string;
  readonly created: Timestamp | undefined;
  readonly modified: Timestamp | undefined;
  /** Bytes. */
  readonly size: number;
  /** `Rock Ridge 1.10`, `Joliet`, `ISO 9660:1999`. */
  readonly extensions: readonly string[];
  /** Blocks of boot record descriptors. */
  readonly bootRecords: readonly number[];
}

/** The descriptors of the volume that starts at byte 0 of the source, up to the terminator; each a block, with its number. */
export async function* volumeDescriptors(image: Source): AsyncGenerator<{ block: number; bytes: Uint8Array }> {
  for (let block = SYSTEM_AREA_BLOCKS; block < SYSTEM_AREA_BLOCKS + MOST_DESCRIPTORS; block++) {
    const bytes = await readBlock(image, block);
    if (!bytes || STANDARD_ID.some((byte, at) => bytes[1 + at] !== byte) || bytes[0] === TERMINATOR) return;
    yield { block, bytes };
  }
}

/** The volume that starts at byte 0 of the source; undefined unless there is one. */
export async function recogniseIso(image: Source): Promise<IsoVolume | undefined> {
  let primary: VolumeDescriptor | undefined;
  const extensions: string[] = [];
  const bootRecords: number[] = [];
  for await (const { block, bytes } of volumeDescriptors(image)) {
    const [type] = bytes;
    if (type === BOOT_RECORD) bootRecords.push(block);
    if (type === PRIMARY) primary ??= volumeDescriptor.decode(bytes);
    if (type === SUPPLEMENTARY) extensions.push(bytes[6] === 2 ? 'ISO 9660:1999' : 'Joliet');
  }
  if (!primary) return undefined;
  const rockRidge = await rockRidgeOf(image, primary);
  const text = (bytes: Uint8Array) => lossyText(byteStringOf(bytes)).replace(/[\0 ]+$/, '');
  return {
    volumeId: text(primary.volumeId),
    systemId: text(primary.systemId),
    volumeSetId: text(primary.volumeSetId),
    publisher: text(primary.publisherId),
    preparer: text(primary.preparerId),
    applicationId: text(primary.applicationId),
    created: primary.created,
    modified: primary.modified,
    size: primary.spaceSize * BLOCK,
    extensions: [...(rockRidge ? [rockRidge] : []), ...extensions],
    bootRecords,
  };
}

/** By the length of PX in the root's own record: 44 bytes with serial numbers, 36 without. */
async function rockRidgeOf(image: Source, primary: VolumeDescriptor): Promise<string | undefined> {
  const root = readRecord(primary.rootRecord, 0);
  const block = root && (await readBlock(image, root.extent));
  const use = block && readRecord(block, 0)?.systemUse;
  for (let at = 0; use && at + 4 <= use.length && use[at + 2]! >= 4; at += use[at + 2]!) {
    if (use[at] !== 0x50 || use[at + 1] !== 0x58) continue;
    return use[at + 2] === 44 ? 'Rock Ridge 1.12' : 'Rock Ridge 1.10';
  }
  return undefined;
}

async function readBlock(image: Source, block: number): Promise<Uint8Array | undefined> {
  if ((block + 1) * BLOCK > image.size) return undefined;
  const bytes = new Uint8Array(BLOCK);
  await image.read(block * BLOCK, bytes);
  return bytes;
}
