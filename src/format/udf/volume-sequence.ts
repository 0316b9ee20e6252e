// Renders the anchor and the sequence of descriptors that states the facts of a volume and its partition (ECMA-167 3/8.4, UDF 2.2).

import type { Timestamp } from '../../bytes/index.js';
import { OSTA_CHARSET } from './cs0.js';
import type { LongAddress, VolumeExtent } from './fields.js';
import { BLOCK, SEQUENCE_BLOCKS } from './geometry.js';
import { domainId, IMPLEMENTATION, type RevisionFacts, udfId } from './revision.js';
import { stamped, TAG_ID, type TagId } from './tag.js';
import {
  anchorPointer,
  DESCRIPTOR,
  logicalVolume,
  METADATA_UNIT,
  metadataMap,
  partitionDescriptor,
  physicalMap,
  primaryVolume,
  volumeInformation,
} from './volume-descriptors.js';

const READ_ONLY = 1;

/** The facts of a volume in its sequence. Block numbers are of the medium unless stated otherwise. */
export interface UdfVolume {
  readonly volumeId: string;
  /** Sixteen hexadecimal digits that identify this volume; readers show them as its UUID. */
  readonly identity: string;
  readonly time: Timestamp;
  readonly revision: RevisionFacts;
  readonly partition: { readonly start: number; readonly blocks: number };
  /** Address of the file set descriptor. */
  readonly fileSet: LongAddress;
  readonly integrity: VolumeExtent;
  /** Blocks of the two metadata file entries, counted in the partition. */
  readonly metadata: { readonly file: number; readonly mirror: number } | undefined;
}

/** The anchor that is at `block` and points at both copies of the sequence. */
export function renderAnchor(block: number, main: number, reserve: number, { tagVersion }: RevisionFacts): Uint8Array {
  const length = SEQUENCE_BLOCKS * BLOCK;
  const descriptor = anchorPointer.encode({ main: { length, block: main }, reserve: { length, block: reserve } });
  return inBlock(stamped(descriptor, { id: TAG_ID.anchor, version: tagVersion, location: block }));
}

/** One copy of the sequence, its first descriptor at `block`. */
export function renderSequence(volume: UdfVolume, block: number): Uint8Array {
  const descriptors: [TagId, Uint8Array][] = [
    [TAG_ID.primaryVolume, renderPrimary(volume)],
    [TAG_ID.implementationUse, renderInformation(volume)],
    [TAG_ID.partition, renderPartition(volume)],
    [TAG_ID.logicalVolume, renderLogicalVolume(volume)],
    [TAG_ID.unallocatedSpace, sequenced(new Uint8Array(DESCRIPTOR), 4)],
    [TAG_ID.terminator, new Uint8Array(DESCRIPTOR)],
  ];
  const blocks = new Uint8Array(SEQUENCE_BLOCKS * BLOCK);
  for (const [i, [id, descriptor]] of descriptors.entries()) {
    const version = volume.revision.tagVersion;
    blocks.set(stamped(descriptor, { id, version, location: block + i }), i * BLOCK);
  }
  return blocks;
}

/** The descriptor that ends a sequence, at `block`. */
export function renderTerminator(block: number, { tagVersion }: RevisionFacts): Uint8Array {
  const descriptor = new Uint8Array(DESCRIPTOR);
  return inBlock(stamped(descriptor, { id: TAG_ID.terminator, version: tagVersion, location: block }));
}

/** A descriptor filled up to a whole block. */
export function inBlock(descriptor: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(descriptor);
  return block;
}

function renderPrimary({ volumeId, identity, time }: UdfVolume): Uint8Array {
  return primaryVolume.encode({
    sequence: 0,
    number: 0,
    volumeId,
    volumeNumber: 1,
    lastVolumeNumber: 1,
    interchangeLevel: 2,
    mostInterchangeLevel: 3,
    charsets: 1,
    mostCharsets: 1,
    volumeSetId: identity + volumeId,
    charset: OSTA_CHARSET,
    explanatoryCharset: OSTA_CHARSET,
    abstract: { length: 0, block: 0 },
    copyright: { length: 0, block: 0 },
    application: IMPLEMENTATION,
    recorded: time,
    implementation: IMPLEMENTATION,
    predecessor: 0,
    flags: 0,
  });
}

function renderInformation({ volumeId, revision }: UdfVolume): Uint8Array {
  return volumeInformation.encode({
    sequence: 1,
    purpose: udfId('*UDF LV Info', revision),
    charset: OSTA_CHARSET,
    logicalVolumeId: volumeId,
    info1: '',
    info2: '',
    info3: '',
    implementation: IMPLEMENTATION,
  });
}

function renderPartition({ partition, revision }: UdfVolume): Uint8Array {
  return partitionDescriptor.encode({
    sequence: 2,
    flags: 1,
    number: 0,
    contents: { id: `+${revision.nsr}`, suffix: [] },
    access: READ_ONLY,
    start: partition.start,
    blocks: partition.blocks,
    implementation: IMPLEMENTATION,
  });
}

function renderLogicalVolume(volume: UdfVolume): Uint8Array {
  const { volumeId, revision, fileSet, integrity } = volume;
  const maps = partitionMaps(volume);
  const length = maps.reduce((sum, map) => sum + map.length, 0);
  const descriptor = new Uint8Array(logicalVolume.size + length);
  const value = {
    sequence: 3,
    charset: OSTA_CHARSET,
    logicalVolumeId: volumeId,
    blockSize: BLOCK,
    domain: domainId(revision),
    fileSet,
    mapTableLength: length,
    maps: maps.length,
    implementation: IMPLEMENTATION,
    integrity,
  };
  logicalVolume.encodeInto(value, descriptor, 0);
  let at = logicalVolume.size;
  for (const map of maps) {
    descriptor.set(map, at);
    at += map.length;
  }
  return descriptor;
}

/** The physical partition, and what is in it as a separate partition. */
function partitionMaps({ metadata, revision }: UdfVolume): Uint8Array[] {
  const physical = physicalMap.encode({ kind: Uint8Array.of(1, physicalMap.size), volumeNumber: 1, partition: 0 });
  if (!metadata) return [physical];
  const map = metadataMap.encode({
    kind: Uint8Array.of(2, metadataMap.size),
    purpose: udfId('*UDF Metadata Partition', revision),
    volumeNumber: 1,
    partition: 0,
    metadataFile: metadata.file,
    mirrorFile: metadata.mirror,
    // A read-only medium needs no allocation bitmap.
    bitmapFile: 0xffff_ffff,
    allocationUnit: METADATA_UNIT,
    alignmentUnit: 1,
  });
  return [physical, map];
}

function sequenced(descriptor: Uint8Array, sequence: number): Uint8Array {
  descriptor[16] = sequence;
  return descriptor;
}
