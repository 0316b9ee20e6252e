// Recognising a UDF volume, and what its descriptors say. Blocks of 512 to 4096 bytes.

import type { Timestamp } from '../../bytes/index.js';
import type { Source } from '../../io/index.js';
import type { Recognition } from '../../tree/index.js';
import { type Descriptors, findDescriptors } from './read-sequence.js';
import { announcesUdf } from './recognition.js';
import { logicalVolume, partitionDescriptor, primaryVolume } from './volume-descriptors.js';

/** The facts of the descriptors of a UDF volume. */
export interface UdfVolumeFacts {
  readonly label: string;
  /** `1.02` */
  readonly revision: string;
  readonly volumeSetId: string;
  readonly recorded: Timestamp | undefined;
  readonly blockSize: number;
  /** Bytes of the partition; it starts at byte `partitionAt`. */
  readonly partitionSize: number;
  readonly partitionAt: number;
}

/** The facts of a volume's descriptors, and how certain it is that there is a volume. */
export interface FoundVolume extends Recognition {
  readonly volume: UdfVolumeFacts;
}

/** The volume of the source; undefined for any other bytes. */
export async function recogniseUdf(image: Source): Promise<UdfVolumeFacts | undefined> {
  return (await findVolume(image))?.volume;
}

/**
 * As {@link recogniseUdf}, with the evidence. A volume needs a volume recognition sequence and an anchor with a right
 * checksum, CRC and location; it is `confirmed` if the anchor leads to the descriptor of a logical volume.
 */
export async function findVolume(image: Source): Promise<FoundVolume | undefined> {
  if (!(await announcesUdf(image))) return undefined;
  const found = await findDescriptors(image);
  if (!found) return undefined;
  return { evidence: found.logicalVolume ? 'confirmed' : 'head', volume: factsOf(found) };
}

function factsOf({ blockSize, primary, logicalVolume: volume, partitions }: Descriptors): UdfVolumeFacts {
  const { volumeSetId, recorded } = primary ? primaryVolume.decode(primary) : { volumeSetId: '', recorded: undefined };
  const [partition] = partitions.values();
  const { start, blocks } = partition ? partitionDescriptor.decode(partition) : { start: 0, blocks: 0 };
  const { label, revision } = volume ? labelOf(volume) : { label: '', revision: '' };
  const place = { partitionAt: start * blockSize, partitionSize: blocks * blockSize };
  return { label, revision, volumeSetId, recorded, blockSize, ...place };
}

function labelOf(volume: Uint8Array): { readonly label: string; readonly revision: string } {
  const { logicalVolumeId: label, domain } = logicalVolume.decode(volume);
  const [minor = 0, major = 0] = domain.suffix;
  return { label, revision: `${major}.${minor.toString(16).padStart(2, '0')}` };
}
