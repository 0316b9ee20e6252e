// The descriptors of a UDF volume as they are on the old disc. Shapes that an edit cannot keep are refused here.

import { byteStringOf } from '../../bytes/index.js';
import { UnsupportedError } from '../../errors.js';
import { BLOCK } from '../../format/iso9660/index.js';
import {
  ANCHOR_BLOCK,
  ANCHOR_DISTANCE,
  anchorPointer,
  anchorsIn,
  descriptorAt,
  findDescriptors,
  integrityHead,
  logicalVolume,
  partitionDescriptor,
  physicalMap,
  recogniseUdf,
  soundTag,
  TAG_ID,
  udfDamage,
  type VolumeExtent,
} from '../../format/udf/index.js';
import { bytesAt, isZero, type Source } from '../../io/index.js';
import type { Blocks, KeptUdfDescriptor } from './kept-udf.js';

const MOST_DESCRIPTORS = 64;
/** Anchors that some writers repeat up to the end of the disc. */
const MOST_ANCHORS = 1024;
const PHYSICAL_MAP = 1;
/** Tables of free space in the descriptor of a partition. */
const SPACE_TABLES = { at: 56, end: 184 } as const;
/** Blocks at which readers look for anchors; the others are counted from the end of the disc. */
const FIXED_ANCHORS = [ANCHOR_BLOCK, 512];
const KINDS: readonly number[] = [
  TAG_ID.primaryVolume,
  TAG_ID.implementationUse,
  TAG_ID.partition,
  TAG_ID.logicalVolume,
  TAG_ID.unallocatedSpace,
  TAG_ID.terminator,
];

/** The descriptors of a volume. */
export interface FoundVolume {
  readonly volume: readonly KeptUdfDescriptor[];
  readonly partition: Blocks;
  readonly fixed: number;
  /** Of the file set descriptor, in blocks of the partition. */
  readonly fileSet: { readonly block: number; readonly length: number };
  readonly nextUniqueId: number;
}

/** The volume of a disc; undefined without one. Throws {@link UnsupportedError} for a volume that cannot be kept. */
export async function readVolume(image: Source): Promise<FoundVolume | undefined> {
  const facts = await recogniseUdf(image);
  const found = facts && (await findDescriptors(image));
  if (!found) return undefined;
  if (found.blockSize !== BLOCK) throw shape(`blocks of ${found.blockSize} bytes`);
  if (!found.logicalVolume) throw udfDamage('descriptors', 'There is no logical volume descriptor.');
  const fields = logicalVolume.decode(found.logicalVolume);
  const map = found.logicalVolume.subarray(logicalVolume.size, logicalVolume.size + fields.mapTableLength);
  if (fields.maps !== 1 || map[0] !== PHYSICAL_MAP || found.partitions.size !== 1) {
    throw otherPartition(map);
  }
  const descriptor = found.partitions.get(physicalMap.decode(map).partition);
  if (!descriptor) throw udfDamage('partition', 'The descriptor of the partition is missing.');
  if (!isZero(descriptor, SPACE_TABLES.at, SPACE_TABLES.end)) throw shape('tables of free space');
  const { start, blocks } = partitionDescriptor.decode(descriptor);
  const anchors = await anchorsOf(image);
  const sequences = await sequencesOf(image, anchors);
  const { descriptors, nextUniqueId } = await integrityOf(image, fields.integrity);
  return {
    volume: [...anchors, ...sequences, ...descriptors],
    partition: { block: start, blocks },
    fixed: lastFixed(anchors, image),
    fileSet: { block: fields.fileSet.block, length: fields.fileSet.length },
    nextUniqueId,
  };
}

/** A view whose addresses are not blocks of one partition: the purposes of the maps say what they are (UDF 2.2.8 to 2.2.10). */
function otherPartition(maps: Uint8Array): UnsupportedError {
  const purpose = /\*UDF (\w+) Partition/.exec(byteStringOf(maps))?.[1]?.toLowerCase();
  const where = purpose === undefined ? 'several partitions' : `a ${purpose} partition`;
  const since = purpose === 'metadata' ? ', as of UDF 2.50,' : '';
  return new UnsupportedError(
    'edit.udf-partition',
    `The UDF view of the disc is in ${where}${since} and is not edited.`,
    {
      hint: 'Extract its files, and make a disc of them, with UDF up to 2.01 if it is to be edited later.',
    },
  );
}

function shape(what: string): UnsupportedError {
  const message = `The UDF view of the disc has ${what}, so an edit cannot keep it.`;
  return new UnsupportedError('edit.udf-shape', message, { hint: 'Extract its files, and make a disc of them.' });
}

/** The last anchor that cannot move. One of several that are repeated up to the end of the disc can, also if it is at a fixed block. */
function lastFixed(anchors: readonly KeptUdfDescriptor[], image: Source): number {
  const last = Math.floor(image.size / BLOCK) - 1;
  const blocks = new Set(anchors.map(({ block }) => block));
  const isMovable = (block: number) => block === last || last - block === ANCHOR_DISTANCE || blocks.has(block + 1);
  return FIXED_ANCHORS.reduce(
    (most, block) => (blocks.has(block) && !isMovable(block) ? Math.max(most, block) : most),
    0,
  );
}

/** All anchors, also those that are repeated before the last block. */
async function anchorsOf(image: Source): Promise<KeptUdfDescriptor[]> {
  const found = new Map<number, KeptUdfDescriptor>();
  const take = async (block: number) => {
    const bytes = await descriptorAt(image, block, BLOCK);
    const tag = bytes && soundTag(bytes);
    if (tag?.id !== TAG_ID.anchor || tag.location !== block) return false;
    found.set(block, { block, id: tag.id, bytes: bytes! });
    return true;
  };
  for await (const { block } of anchorsIn(image, BLOCK)) {
    for (let at = block, i = 0; i < MOST_ANCHORS && !found.has(at) && (await take(at)); i++) at--;
  }
  return [...found.values()];
}

/** The descriptors of both sequences, each once. */
async function sequencesOf(image: Source, anchors: readonly KeptUdfDescriptor[]): Promise<KeptUdfDescriptor[]> {
  const found = new Map<number, KeptUdfDescriptor>();
  const starts = new Map<number, VolumeExtent>();
  for (const { bytes } of anchors) {
    const { main, reserve } = anchorPointer.decode(bytes);
    for (const extent of [main, reserve]) if (extent.length > 0) starts.set(extent.block, extent);
  }
  for (const { block, length } of starts.values()) {
    for (let i = 0; i < Math.min(length / BLOCK, MOST_DESCRIPTORS); i++) {
      const bytes = await descriptorAt(image, block + i, BLOCK);
      const tag = bytes && soundTag(bytes);
      if (!tag || tag.location !== block + i) continue;
      if (!KINDS.includes(tag.id)) throw shape('volume descriptors that continue elsewhere');
      found.set(block + i, { block: block + i, id: tag.id, bytes: bytes! });
      if (tag.id === TAG_ID.terminator) break;
    }
  }
  return [...found.values()];
}

/** The integrity descriptors, of which the last one counts. */
async function integrityOf(image: Source, extent: VolumeExtent) {
  const descriptors: KeptUdfDescriptor[] = [];
  let nextUniqueId = 0;
  for (let next = extent; next.length > 0 && descriptors.length < MOST_DESCRIPTORS; ) {
    const { block, length }: VolumeExtent = next;
    next = { block: 0, length: 0 };
    for (let i = 0; i < Math.min(length / BLOCK, MOST_DESCRIPTORS); i++) {
      const bytes = await bytesAt(image, (block + i) * BLOCK, BLOCK);
      const tag = bytes && soundTag(bytes);
      if (tag?.id !== TAG_ID.integrity && tag?.id !== TAG_ID.terminator) break;
      descriptors.push({ block: block + i, id: tag.id, bytes: bytes! });
      if (tag.id === TAG_ID.terminator) break;
      const head = integrityHead.decode(bytes!);
      nextUniqueId = Math.max(nextUniqueId, head.nextUniqueId);
      if (head.next.length > 0) next = head.next;
    }
  }
  return { descriptors, nextUniqueId };
}
