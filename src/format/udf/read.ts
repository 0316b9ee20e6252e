// Recognising a UDF volume: anchor, volume descriptor sequence, integrity (ECMA-167 3/8.4). Blocks of 512 to 4096 bytes.

import type { Timestamp } from '../../bytes/index.js';
import type { Source } from '../../io/index.js';
import type { VolumeExtent } from './fields.js';
import { ANCHOR_BLOCK } from './geometry.js';
import { readTag, TAG_ID } from './tag.js';
import { anchorPointer, logicalVolume, partitionDescriptor, primaryVolume } from './volume-descriptors.js';

const BLOCK_SIZES = [2048, 512, 4096, 1024];
/** Sequences of real volumes have 16 blocks. */
const MOST_DESCRIPTORS = 64;
const LARGEST_DESCRIPTOR = 2048;

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

/** The first anchor that is where an anchor may be; undefined where there is none. */
export async function findAnchor(image: Source): Promise<FoundAnchor | undefined> {
  for (const blockSize of BLOCK_SIZES) {
    const last = Math.floor(image.size / blockSize) - 1;
    for (const block of [ANCHOR_BLOCK, last, last - ANCHOR_BLOCK]) {
      const bytes = await descriptorAt(image, block * blockSize);
      const tag = bytes && readTag(bytes, 0, block * blockSize);
      if (tag?.id === TAG_ID.anchor && tag.location === block) return { blockSize, ...anchorPointer.decode(bytes!) };
    }
  }
  return undefined;
}

/** The volume of the source; undefined unless it has an anchor. Throws {@link InvalidImageError} for damaged descriptors. */
export async function recogniseUdf(image: Source): Promise<UdfVolumeFacts | undefined> {
  const anchor = await findAnchor(image);
  return anchor && readSequence(image, anchor.main, anchor.blockSize);
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
    const tag = bytes && readTag(bytes, 0, at);
    if (!tag || tag.id === TAG_ID.terminator) return;
    yield { id: tag.id, bytes };
  }
}

async function readSequence(image: Source, extent: VolumeExtent, blockSize: number): Promise<UdfVolumeFacts> {
  const facts = {
    label: '',
    revision: '',
    volumeSetId: '',
    recorded: undefined as Timestamp | undefined,
    blockSize,
    partitionSize: 0,
    partitionAt: 0,
  };
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
