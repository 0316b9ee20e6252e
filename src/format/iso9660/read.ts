// Recognising an ISO 9660 volume: its descriptors from block 16 on (ECMA-119 §8.1), and the Rock Ridge of its root.

import { byteStringOf, lossyText, type Timestamp, withoutEnd } from '../../bytes/index.js';
import { bytesAt, type Source } from '../../io/index.js';
import type { Recognition } from '../../tree/index.js';
import { isRecord, readRecord, SELF } from './directory-record.js';
import { BLOCK, SYSTEM_AREA_BLOCKS } from './geometry.js';
import { sessionsOf } from './sessions.js';
import {
  BOOT_RECORD,
  isVolumeDescriptor,
  PRIMARY,
  SUPPLEMENTARY,
  TERMINATOR,
  type VolumeDescriptor,
  type VolumeTexts,
  volumeDescriptor,
} from './volume-descriptor.js';

/** Real volumes have fewer. */
const MOST_DESCRIPTORS = 64;
/** Dates in a volume descriptor, as digits. */
const CREATED_AT = 813;
const MODIFIED_AT = 830;

/** The facts in the descriptors of an ISO 9660 volume. */
export interface IsoVolume extends Omit<VolumeTexts, 'copyrightFile' | 'abstractFile' | 'bibliographicFile'> {
  readonly created: Timestamp | undefined;
  readonly modified: Timestamp | undefined;
  /** The identifier that `blkid` makes of the dates: `2023-11-14-22-13-20-00`. */
  readonly uuid: string | undefined;
  /** Bytes. */
  readonly size: number;
  /** `Rock Ridge 1.10`, `Joliet`, `ISO 9660:1999`. */
  readonly extensions: readonly string[];
  /** Blocks of boot record descriptors. */
  readonly bootRecords: readonly number[];
  /** How many the disc has; everything else is about the last one. */
  readonly sessions: number;
}

/** The descriptors of a session from its first block on, up to the terminator; each a block, with its number. */
export async function* volumeDescriptors(
  image: Source,
  first = SYSTEM_AREA_BLOCKS,
): AsyncGenerator<{ block: number; bytes: Uint8Array }> {
  for (let block = first; block < first + MOST_DESCRIPTORS; block++) {
    const bytes = await readBlock(image, block);
    if (!bytes || !isVolumeDescriptor(bytes) || bytes[0] === TERMINATOR) return;
    yield { block, bytes };
  }
}

/** The facts of a volume's descriptors, and how certain it is that there is a volume. */
export interface FoundVolume extends Recognition {
  readonly volume: IsoVolume;
}

/** The volume of the last session of the source; undefined for any other bytes. */
export async function recogniseIso(image: Source): Promise<IsoVolume | undefined> {
  return (await findVolume(image))?.volume;
}

/** As {@link recogniseIso}, with the evidence: it is `confirmed` if the root directory is where the descriptor says. */
export async function findVolume(image: Source): Promise<FoundVolume | undefined> {
  const first = await findSession(image, SYSTEM_AREA_BLOCKS);
  if (!first) return undefined;
  const sessions = await sessionsOf(image);
  const last = sessions.length === 1 ? first : ((await findSession(image, sessions.at(-1)!)) ?? first);
  return { ...last, volume: { ...last.volume, sessions: sessions.length } };
}

/** The facts of the descriptors from a block on; undefined if there are none. */
async function findSession(image: Source, start: number): Promise<FoundVolume | undefined> {
  let primary: { readonly bytes: Uint8Array; readonly fields: VolumeDescriptor } | undefined;
  const extensions: string[] = [];
  const bootRecords: number[] = [];
  for await (const { block, bytes } of volumeDescriptors(image, start)) {
    const [type] = bytes;
    if (type === BOOT_RECORD) bootRecords.push(block);
    if (type === PRIMARY) primary ??= { bytes, fields: volumeDescriptor.decode(bytes) };
    if (type === SUPPLEMENTARY) extensions.push(bytes[6] === 2 ? 'ISO 9660:1999' : 'Joliet');
  }
  if (!primary) return undefined;
  const { fields } = primary;
  const root = await rootDirectory(image, fields);
  const rockRidge = root && rockRidgeOf(root);
  const text = (bytes: Uint8Array) => withoutEnd(lossyText(byteStringOf(bytes)), '\0 ');
  const volume: IsoVolume = {
    volumeId: text(fields.volumeId),
    systemId: text(fields.systemId),
    volumeSetId: text(fields.volumeSetId),
    publisher: text(fields.publisherId),
    preparer: text(fields.preparerId),
    applicationId: text(fields.applicationId),
    created: fields.created,
    modified: fields.modified,
    uuid: uuidOf(primary.bytes),
    size: fields.spaceSize * BLOCK,
    extensions: [...(rockRidge ? [rockRidge] : []), ...extensions],
    bootRecords,
    sessions: 1,
  };
  return { evidence: root ? 'confirmed' : 'head', volume };
}

/** The stored digits of the modification time, otherwise of the creation time: the UUID that `blkid` reports. */
function uuidOf(descriptor: Uint8Array): string | undefined {
  for (const at of [MODIFIED_AT, CREATED_AT]) {
    const digits = byteStringOf(descriptor.subarray(at, at + 16));
    if (/^\d{16}$/.test(digits) && !/^0+$/.test(digits)) {
      return digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, '$1-$2-$3-$4-$5-$6-$7');
    }
  }
  return undefined;
}

/** The first block of the root directory; undefined if it does not begin with the record of itself. */
async function rootDirectory(image: Source, { rootRecord }: VolumeDescriptor): Promise<Uint8Array | undefined> {
  const root = isRecord(rootRecord, 0) ? readRecord(rootRecord, 0) : undefined;
  const block = root && (await readBlock(image, root.extent));
  return block && isRecord(block, 0) && readRecord(block, 0)?.identifier === SELF ? block : undefined;
}

/** By the length of PX in the root's own record: 44 bytes with serial numbers, 36 without. */
function rockRidgeOf(root: Uint8Array): string | undefined {
  const use = readRecord(root, 0)?.systemUse;
  for (let at = 0; use && at + 4 <= use.length && use[at + 2]! >= 4; at += use[at + 2]!) {
    if (use[at] !== 0x50 || use[at + 1] !== 0x58) continue;
    return use[at + 2] === 44 ? 'Rock Ridge 1.12' : 'Rock Ridge 1.10';
  }
  return undefined;
}

function readBlock(image: Source, block: number): Promise<Uint8Array | undefined> {
  return bytesAt(image, block * BLOCK, BLOCK);
}
