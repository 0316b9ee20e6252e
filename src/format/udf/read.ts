// Recognising a UDF volume: anchor, volume descriptor sequence, integrity (ECMA-167 3/8.4). Blocks of 512 to 4096 bytes.

import type { Timestamp } from '../../bytes/index.js';
import type { Source } from '../../io/index.js';
import type { Recognition } from '../../tree/index.js';
import type { VolumeExtent } from './fields.js';
import { ANCHOR_BLOCK } from './geometry.js';
import { announcesUdf } from './recognition.js';
import { soundTag, TAG_ID } from './tag.js';
import { anchorPointer, logicalVolume, partitionDescriptor, primaryVolume } from './volume-descriptors.js';

const BLOCK_SIZES = [2048, 512, 4096, 1024];
/** Where the anchor is on media whose block 256 cannot be written. */
const LATE_ANCHOR_BLOCK = 512;
/** Sequences of real volumes have 16 blocks. */
const MOST_DESCRIPTORS = 64;
const LARGEST_DESCRIPTOR = 2048;

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

/** Where the two copies of the volume descriptor sequence are. */
export interface FoundAnchor {
  readonly blockSize: number;
  readonly main: VolumeExtent;
  readonly reserve: VolumeExtent;
}

/** The first anchor at one of its possible places; undefined if there is none. */
export async function findAnchor(image: Source): Promise<FoundAnchor | undefined> {
  for (const blockSize of BLOCK_SIZES) {
    const last = Math.floor(image.size / blockSize) - 1;
    for (const block of [ANCHOR_BLOCK, last, last - ANCHOR_BLOCK, LATE_ANCHOR_BLOCK]) {
      const bytes = await descriptorAt(image, block * blockSize);
      const tag = bytes && soundTag(bytes);
      if (tag?.id === TAG_ID.anchor && tag.location === block) return { blockSize, ...anchorPointer.decode(bytes!) };
    }
  }
  return undefined;
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
  const anchor = await findAnchor(image);
  if (!anchor) return undefined;
  const { blockSize, main, reserve } = anchor;
  for (const extent of [main, reserve]) {
    const volume = await readSequence(image, extent, blockSize);
    if (volume.revision !== '') return { evidence: 'confirmed', volume };
  }
  return { evidence: 'head', volume: unknownVolume(blockSize) };
}

/** The descriptors of a volume descriptor sequence, up to the terminator; checked by their tags. */
export async function* sequence(
  image: Source,
  extent: VolumeExtent,
  blockSize: number,
): AsyncGenerator<{ readonly id: number; readonly bytes: Uint8Array }> {
  for (let i = 0; i < Math.min(extent.length / blockSize, MOST_DESCRIPTORS); i++) {
    const at = (extent.block + i) * blockSize;
    const bytes = await descriptorAt(image, at);
    const tag = bytes && soundTag(bytes);
    if (!tag || tag.id === TAG_ID.terminator) return;
    yield { id: tag.id, bytes };
  }
}

function unknownVolume(blockSize: number): UdfVolumeFacts {
  return {
    label: '',
    revision: '',
    volumeSetId: '',
    recorded: undefined,
    blockSize,
    partitionSize: 0,
    partitionAt: 0,
  };
}

async function readSequence(image: Source, extent: VolumeExtent, blockSize: number): Promise<UdfVolumeFacts> {
  const facts = unknownVolume(blockSize);
  for await (const { id, bytes } of sequence(image, extent, blockSize)) {
    if (id === TAG_ID.primaryVolume) {
      const { volumeSetId, recorded } = primaryVolume.decode(bytes);
      Object.assign(facts, { volumeSetId, recorded });
    } else if (id === TAG_ID.partition) {
      const { start, blocks } = partitionDescriptor.decode(bytes);
      Object.assign(facts, { partitionAt: start * blockSize, partitionSize: blocks * blockSize });
    } else if (id === TAG_ID.logicalVolume) {
      const { logicalVolumeId: label, domain } = logicalVolume.decode(bytes);
      const [minor = 0, major = 0] = domain.suffix;
      Object.assign(facts, { label, revision: `${major}.${minor.toString(16).padStart(2, '0')}` });
    }
  }
  return facts;
}

async function descriptorAt(image: Source, at: number): Promise<Uint8Array | undefined> {
  const length = Math.min(LARGEST_DESCRIPTOR, image.size - at);
  if (at < 0 || length < 512) return undefined;
  const bytes = new Uint8Array(length);
  await image.read(at, bytes);
  return bytes;
}
