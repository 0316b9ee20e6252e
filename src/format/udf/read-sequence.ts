// The descriptors that say what a volume is: anchors, both copies of the volume descriptor sequence, and of several
// descriptors of one kind the prevailing one (ECMA-167 3/8.4). Never throws because of what the bytes are.

import type { Source } from '../../io/index.js';
import type { VolumeExtent } from './fields.js';
import { ANCHOR_BLOCK, ANCHOR_DISTANCE } from './geometry.js';
import { soundTag, TAG_ID } from './tag.js';
import {
  anchorPointer,
  logicalVolume,
  partitionDescriptor,
  primaryVolume,
  volumeDescriptorPointer,
} from './volume-descriptors.js';

const BLOCK_SIZES = [2048, 512, 4096, 1024];
/** Where the anchor is on media whose block 256 cannot be written. */
const LATE_ANCHOR_BLOCK = 512;
/** Sequences of real volumes have 16 blocks. */
const MOST_DESCRIPTORS = 64;
/** Pieces in which a sequence continues elsewhere. */
const MOST_EXTENTS = 8;
const LARGEST_DESCRIPTOR = 2048;

/** Where the two copies of the volume descriptor sequence are. */
export interface FoundAnchor {
  readonly block: number;
  readonly blockSize: number;
  readonly main: VolumeExtent;
  readonly reserve: VolumeExtent;
}

/** The descriptors that count. */
export interface Descriptors {
  readonly blockSize: number;
  readonly primary: Uint8Array | undefined;
  readonly logicalVolume: Uint8Array | undefined;
  /** By their numbers. */
  readonly partitions: ReadonlyMap<number, Uint8Array>;
}

/**
 * The descriptors that the first anchor leads to whose volume can be found, else those of the first anchor; undefined without
 * an anchor.
 */
export async function findDescriptors(image: Source): Promise<Descriptors | undefined> {
  let first: Descriptors | undefined;
  for await (const anchor of anchors(image)) {
    const found = await readDescriptors(image, anchor);
    if (found.logicalVolume) return found;
    first ??= found;
  }
  return first;
}

/** Every anchor in a place where one may be. */
async function* anchors(image: Source): AsyncGenerator<FoundAnchor> {
  for (const blockSize of BLOCK_SIZES) yield* anchorsIn(image, blockSize);
}

/** The anchors of a volume with blocks of this size. */
export async function* anchorsIn(image: Source, blockSize: number): AsyncGenerator<FoundAnchor> {
  const last = Math.floor(image.size / blockSize) - 1;
  for (const block of new Set([ANCHOR_BLOCK, last, last - ANCHOR_DISTANCE, LATE_ANCHOR_BLOCK])) {
    const bytes = await descriptorAt(image, block, blockSize);
    const tag = bytes && soundTag(bytes);
    if (tag?.id === TAG_ID.anchor && tag.location === block)
      yield { block, blockSize, ...anchorPointer.decode(bytes!) };
  }
}

async function readDescriptors(image: Source, { blockSize, main, reserve }: FoundAnchor): Promise<Descriptors> {
  const found = new Prevailing(blockSize);
  // The reserve sequence says the same. It is read for what is damaged in the main one.
  for (const extent of [main, reserve]) {
    const before = found.copy();
    for await (const descriptor of sequence(image, extent, blockSize)) found.take(descriptor, before);
  }
  return found;
}

interface FoundDescriptor {
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** The descriptors of a sequence up to its end; damaged ones are passed over. */
async function* sequence(image: Source, start: VolumeExtent, blockSize: number): AsyncGenerator<FoundDescriptor> {
  let extent: VolumeExtent | undefined = start;
  for (let count = 0; extent && count < MOST_EXTENTS; count++) {
    const { block, length }: VolumeExtent = extent;
    extent = undefined;
    for (let i = 0; i < Math.min(length / blockSize, MOST_DESCRIPTORS); i++) {
      const bytes = await descriptorAt(image, block + i, blockSize);
      const tag = bytes && soundTag(bytes);
      if (!tag || tag.location !== block + i) continue;
      if (tag.id === TAG_ID.terminator) break;
      if (tag.id === TAG_ID.volumePointer) {
        extent = volumeDescriptorPointer.decode(bytes).next;
        break;
      }
      yield { id: tag.id, bytes };
    }
  }
}

/** Of the descriptors of one kind, and of partitions of one number, the one with the highest sequence number. */
class Prevailing implements Descriptors {
  primary: Uint8Array | undefined;
  logicalVolume: Uint8Array | undefined;
  readonly partitions = new Map<number, Uint8Array>();

  constructor(readonly blockSize: number) {}

  copy(): Descriptors {
    const { blockSize, primary, logicalVolume: volume, partitions } = this;
    return { blockSize, primary, logicalVolume: volume, partitions: new Map(partitions) };
  }

  /** Values in `before` are not replaced. */
  take({ id, bytes }: FoundDescriptor, before: Descriptors): void {
    if (id === TAG_ID.primaryVolume && !before.primary) this.primary = newer(this.primary, bytes);
    if (id === TAG_ID.logicalVolume && !before.logicalVolume) this.logicalVolume = newer(this.logicalVolume, bytes);
    if (id !== TAG_ID.partition) return;
    const { number } = partitionDescriptor.decode(bytes);
    if (!before.partitions.has(number)) this.partitions.set(number, newer(this.partitions.get(number), bytes));
  }
}

const SEQUENCE_NUMBER_AT = 16;

/** The newer of two descriptors; of equals the later one. */
function newer(known: Uint8Array | undefined, other: Uint8Array): Uint8Array {
  const number = (bytes: Uint8Array) => new DataView(bytes.buffer).getUint32(SEQUENCE_NUMBER_AT, true);
  return known && number(known) > number(other) ? known : other;
}

/** A descriptor's bytes, at most {@link LARGEST_DESCRIPTOR}; undefined outside the image. */
export async function descriptorAt(image: Source, block: number, blockSize: number): Promise<Uint8Array | undefined> {
  const at = block * blockSize;
  const length = Math.min(LARGEST_DESCRIPTOR, image.size - at);
  if (at < 0 || length < logicalVolume.size || length < primaryVolume.size) return undefined;
  const bytes = new Uint8Array(length);
  await image.read(at, bytes);
  return bytes;
}
