// The UDF view of the new disc: its volume descriptors, its file set, its entries and directories.

import { BLOCK } from '../../format/iso9660/index.js';
import {
  anchorPointer,
  fileSetDescriptor,
  integrityHead,
  integrityUse,
  logicalVolume,
  partitionDescriptor,
  primaryVolume,
  resealed,
  TAG_ID,
  unallocatedSpace,
  type VolumeExtent,
  volumeInformation,
} from '../../format/udf/index.js';
import { type Overlay, overlayBytes } from '../place/overlay.js';
import { type EditPlaces, movedEnd } from '../place/places.js';
import type { KeptUdfDescriptor } from './kept-udf.js';
import type { FutureBlocks, PlacedUdf } from './place-udf.js';
import { renderPlaced } from './render-inodes.js';
import type { UdfPlaces } from './udf-places.js';

/** Version of tags from revision 2.00 on. */
const TAGS_WITH_IDS = 3;
const EXTENT = 8;

/** Changes of a UDF view, as bytes laid over the disc. */
export function udfOverlays(placed: PlacedUdf, places: EditPlaces, volumeId: string | undefined): Overlay[] {
  const { udf } = placed;
  const { shift } = places;
  const start = shift(udf.partition.block);
  const own: UdfPlaces = {
    at: ({ block, isNew }: FutureBlocks) => (isNew ? block + places.cuts[0].by : shift(block)),
    moved: (block) => shift(udf.partition.block + block) - start,
    address: (block) => block - start,
    data: places.data,
    hasIds: udf.tagVersion >= TAGS_WITH_IDS,
  };
  const facts: VolumeFacts = {
    placed,
    places,
    start,
    blocks: Math.max(movedEnd(places, udf.partition.block + udf.partition.blocks), places.filesEnd) - start,
    volumeId,
  };
  const overlays: Overlay[] = [];
  const put = ({ block, bytes: old }: KeptUdfDescriptor, bytes: Uint8Array) => {
    if (bytes.some((byte, i) => byte !== old[i])) overlays.push(overlayBytes(shift(block) * BLOCK, bytes));
  };
  for (const descriptor of udf.volume) {
    put(descriptor, resealed(changedDescriptor(descriptor, facts), shift(descriptor.block)));
  }
  for (const descriptor of udf.fileSet) {
    put(descriptor, resealed(changedFileSet(descriptor, own, volumeId), shift(descriptor.block) - start));
  }
  for (const inode of placed.inodes) {
    for (const { block, bytes } of renderPlaced(inode, placed, own)) overlays.push(overlayBytes(block * BLOCK, bytes));
  }
  return overlays;
}

interface VolumeFacts {
  readonly placed: PlacedUdf;
  readonly places: EditPlaces;
  /** The partition on the new disc. */
  readonly start: number;
  readonly blocks: number;
  readonly volumeId: string | undefined;
}

/** A descriptor of the volume with new places, sizes and names. */
function changedDescriptor({ id, bytes: old }: KeptUdfDescriptor, facts: VolumeFacts): Uint8Array {
  const { places, start, blocks, volumeId } = facts;
  const bytes = old.slice();
  const moved = ({ length, block }: VolumeExtent) => ({ length, block: length > 0 ? places.shift(block) : block });
  if (id === TAG_ID.anchor) {
    const { main, reserve } = anchorPointer.decode(bytes);
    anchorPointer.change({ main: moved(main), reserve: moved(reserve) }, bytes);
  } else if (id === TAG_ID.partition) {
    partitionDescriptor.change({ start, blocks }, bytes);
  } else if (id === TAG_ID.logicalVolume) {
    logicalVolume.change({ integrity: moved(logicalVolume.decode(bytes).integrity) }, bytes);
    const { fileSet } = logicalVolume.decode(bytes);
    const block = places.shift(facts.placed.udf.partition.block + fileSet.block) - start;
    logicalVolume.change({ fileSet: { ...fileSet, block } }, bytes);
    if (volumeId !== undefined) logicalVolume.change({ logicalVolumeId: volumeId }, bytes);
  } else if (id === TAG_ID.primaryVolume) {
    const { abstract, copyright } = primaryVolume.decode(bytes);
    primaryVolume.change({ abstract: moved(abstract), copyright: moved(copyright) }, bytes);
    if (volumeId !== undefined) primaryVolume.change({ volumeId }, bytes);
  } else if (id === TAG_ID.implementationUse && volumeId !== undefined) {
    volumeInformation.change({ logicalVolumeId: volumeId }, bytes);
  } else if (id === TAG_ID.unallocatedSpace) {
    moveSpace(bytes, places);
  } else if (id === TAG_ID.integrity) {
    changeIntegrity(bytes, facts);
  }
  return bytes;
}

/** Moves the extents of space outside the partition. */
function moveSpace(bytes: Uint8Array, places: EditPlaces): void {
  const view = new DataView(bytes.buffer);
  const { extents } = unallocatedSpace.decode(bytes);
  for (let i = 0; i < extents; i++) {
    const at = unallocatedSpace.size + i * EXTENT + 4;
    if (at + 4 > bytes.length) return;
    view.setUint32(at, places.shift(view.getUint32(at, true)), true);
  }
}

/** Sizes and counts of the integrity descriptor; the time at which the volume was closed stays. */
function changeIntegrity(bytes: Uint8Array, { placed, places, blocks }: VolumeFacts): void {
  const { partitions, next } = integrityHead.decode(bytes);
  const { nextUniqueId, udf } = placed;
  if (nextUniqueId > udf.nextUniqueId) integrityHead.change({ nextUniqueId }, bytes);
  if (next.length > 0) integrityHead.change({ next: { ...next, block: places.shift(next.block) } }, bytes);
  const sizes = integrityHead.size + partitions * 4;
  const use = integrityHead.size + partitions * 8;
  if (partitions === 1) new DataView(bytes.buffer).setUint32(sizes, blocks, true);
  if (use + integrityUse.size > bytes.length) return;
  const { files, directories } = integrityUse.decode(bytes, use);
  const { added } = placed;
  integrityUse.change(
    { files: Math.max(0, files + added.files), directories: Math.max(0, directories + added.directories) },
    bytes,
    use,
  );
}

function changedFileSet({ id, bytes: old }: KeptUdfDescriptor, places: UdfPlaces, volumeId: string | undefined) {
  const bytes = old.slice();
  if (id !== TAG_ID.fileSet) return bytes;
  const { root, logicalVolumeId, fileSetId } = fileSetDescriptor.decode(bytes);
  fileSetDescriptor.change({ root: { ...root, block: places.moved(root.block) } }, bytes);
  if (volumeId === undefined) return bytes;
  fileSetDescriptor.change({ logicalVolumeId: volumeId }, bytes);
  if (fileSetId === logicalVolumeId) fileSetDescriptor.change({ fileSetId: volumeId }, bytes);
  return bytes;
}
