// Checks what a UDF volume has twice and what readers pass over: both descriptor sequences, anchors, the integrity descriptor.

import { byteStringOf } from '../../bytes/index.js';
import type { Source } from '../../io/index.js';
import type { VolumeExtent } from './fields.js';
import { integrityHead, integrityUse } from './integrity.js';
import { anchorsIn, descriptorAt, type FoundAnchor, findDescriptors } from './read-sequence.js';
import { descriptorTag, isSealedTag, soundTag, TAG, TAG_ID } from './tag.js';
import { logicalVolume } from './volume-descriptors.js';

/** Faults of a UDF volume, by the last part of their codes. */
export type UdfFault = 'anchor' | 'descriptor' | 'sequences-differ' | 'integrity' | 'open';

/** Takes a fault; `at` is a byte of the image. */
export type ReportUdfFault = (fault: UdfFault, message: string, at?: number) => void;

const MOST_DESCRIPTORS = 64;
const CLOSED = 1;
/** The field of a primary volume descriptor. */
const VOLUME_SET_ID = { at: 72, length: 128 };

/** Reports the faults of a volume. Never throws because of what its bytes are. */
export async function checkUdf(image: Source, report: ReportUdfFault): Promise<void> {
  const found = await findDescriptors(image);
  if (!found) return;
  const { blockSize } = found;
  const anchors: FoundAnchor[] = [];
  for await (const anchor of anchorsIn(image, blockSize)) anchors.push(anchor);
  if (anchors.length < 2) report('anchor', `There are ${anchors.length} anchors; a volume has two at least.`);
  const [first] = anchors;
  if (
    first &&
    anchors.some(({ main, reserve }) => main.block !== first.main.block || reserve.block !== first.reserve.block)
  ) {
    report('anchor', 'The anchors lead to different descriptors.');
  }
  if (first) await compareSequences(image, first, blockSize, report);
  if (found.logicalVolume) await checkIntegrity(image, found.logicalVolume, blockSize, report);
}

/** The descriptors of both sequences are sound, and the same but for their places. */
async function compareSequences(
  image: Source,
  { main, reserve }: { readonly main: VolumeExtent; readonly reserve: VolumeExtent },
  blockSize: number,
  report: ReportUdfFault,
): Promise<void> {
  const [first, second] = [
    await sequence(image, main, blockSize, report),
    await sequence(image, reserve, blockSize, report),
  ];
  if (!first || !second) return;
  const texts = (list: readonly Uint8Array[]) =>
    list.map((bytes) => byteStringOf(bytes.subarray(TAG, blockSize))).sort();
  const [own, other] = [texts(first), texts(second)];
  if (own.length !== other.length || own.some((text, i) => text !== other[i])) {
    report('sequences-differ', 'The two sequences of volume descriptors differ.', reserve.block * blockSize);
  }
}

/** The descriptors of a sequence; undefined if one of them is damaged, which is reported. */
async function sequence(
  image: Source,
  { block, length }: VolumeExtent,
  blockSize: number,
  report: ReportUdfFault,
): Promise<Uint8Array[] | undefined> {
  const found: Uint8Array[] = [];
  for (let i = 0; i < Math.min(length / blockSize, MOST_DESCRIPTORS); i++) {
    const bytes = await descriptorAt(image, block + i, blockSize);
    if (!bytes || bytes.subarray(0, blockSize).every((byte) => byte === 0)) break;
    const { id, location } = descriptorTag.decode(bytes);
    if (!isSealedTag(bytes) || location !== block + i) {
      report('descriptor', `The volume descriptor at block ${block + i} is damaged.`, (block + i) * blockSize);
      return undefined;
    }
    if (id === TAG_ID.terminator) break;
    // Each copy may have been given a unique identifier when it was written.
    if (id === TAG_ID.primaryVolume) bytes.fill(0, VOLUME_SET_ID.at, VOLUME_SET_ID.at + VOLUME_SET_ID.length);
    found.push(bytes);
  }
  return found;
}

async function checkIntegrity(
  image: Source,
  volume: Uint8Array,
  blockSize: number,
  report: ReportUdfFault,
): Promise<void> {
  const { integrity } = logicalVolume.decode(volume);
  if (integrity.length === 0) return;
  const at = integrity.block * blockSize;
  const bytes = await descriptorAt(image, integrity.block, blockSize);
  const tag = bytes && soundTag(bytes);
  if (!bytes || tag?.id !== TAG_ID.integrity) {
    report('integrity', 'The integrity descriptor is damaged.', at);
    return;
  }
  const head = integrityHead.decode(bytes);
  // A volume that is written to continues with more descriptors; the last one counts.
  if (head.next.length === 0 && head.kind !== CLOSED)
    report('open', 'The volume was not closed after it was written.', at);
  if (integrityHead.size + head.partitions * 8 + integrityUse.size > blockSize) {
    report('integrity', 'The integrity descriptor has too many partitions.', at);
  }
}
