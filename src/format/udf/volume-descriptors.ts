// Descriptors of the volume (ECMA-167 3/10, UDF 2.2): anchor, and the sequence that says what the volume and its partition are.

import { bytes, reserved, struct, type Timestamp, u8, u16le, u32le } from '../../bytes/index.js';
import { dstring, OSTA_CHARSET } from './cs0.js';
import { entityId, extentAd, type LongAddress, longAd, stamp, type VolumeExtent } from './fields.js';
import { BLOCK, SEQUENCE_BLOCKS } from './geometry.js';
import { domainId, IMPLEMENTATION, type RevisionFacts, udfId } from './revision.js';
import { stamped, TAG, TAG_ID, type TagId } from './tag.js';

const DESCRIPTOR = 512;
const READ_ONLY = 1;

export const anchorPointer = struct('UDF anchor', DESCRIPTOR, {
  tag: reserved(0, TAG),
  main: extentAd(16),
  reserve: extentAd(24),
  reserved32: reserved(32, 480),
});

/** Where a volume descriptor sequence continues (ECMA-167 3/10.3). */
export const volumeDescriptorPointer = struct('UDF volume descriptor pointer', DESCRIPTOR, {
  tag: reserved(0, TAG),
  sequence: u32le(16),
  next: extentAd(20),
  reserved28: reserved(28, 484),
});

export const primaryVolume = struct('UDF primary volume descriptor', DESCRIPTOR, {
  tag: reserved(0, TAG),
  sequence: u32le(16),
  number: u32le(20),
  volumeId: dstring(24, 32),
  volumeNumber: u16le(56),
  lastVolumeNumber: u16le(58),
  interchangeLevel: u16le(60),
  mostInterchangeLevel: u16le(62),
  charsets: u32le(64),
  mostCharsets: u32le(68),
  volumeSetId: dstring(72, 128),
  charset: bytes(200, 64),
  explanatoryCharset: bytes(264, 64),
  abstract: extentAd(328),
  copyright: extentAd(336),
  application: entityId(344),
  recorded: stamp(376),
  implementation: entityId(388),
  implementationUse: reserved(420, 64),
  predecessor: u32le(484),
  flags: u16le(488),
  reserved490: reserved(490, 22),
});

export const volumeInformation = struct('UDF implementation use volume descriptor', DESCRIPTOR, {
  tag: reserved(0, TAG),
  sequence: u32le(16),
  purpose: entityId(20),
  charset: bytes(52, 64),
  logicalVolumeId: dstring(116, 128),
  info1: dstring(244, 36),
  info2: dstring(280, 36),
  info3: dstring(316, 36),
  implementation: entityId(352),
  implementationUse: reserved(384, 128),
});

export const partitionDescriptor = struct('UDF partition descriptor', DESCRIPTOR, {
  tag: reserved(0, TAG),
  sequence: u32le(16),
  /** 1: space is allocated. */
  flags: u16le(20),
  number: u16le(22),
  contents: entityId(24),
  /** Tables of free space: none on a medium that nobody writes to. */
  spaceTables: reserved(56, 128),
  access: u32le(184),
  start: u32le(188),
  blocks: u32le(192),
  implementation: entityId(196),
  implementationUse: reserved(228, 128),
  reserved356: reserved(356, 156),
});

export const logicalVolume = struct('UDF logical volume descriptor', 440, {
  tag: reserved(0, TAG),
  sequence: u32le(16),
  charset: bytes(20, 64),
  logicalVolumeId: dstring(84, 128),
  blockSize: u32le(212),
  domain: entityId(216),
  fileSet: longAd(248),
  mapTableLength: u32le(264),
  maps: u32le(268),
  implementation: entityId(272),
  implementationUse: reserved(304, 128),
  integrity: extentAd(432),
});

export const physicalMap = struct('UDF partition map', 6, {
  kind: bytes(0, 2),
  volumeNumber: u16le(2),
  partition: u16le(4),
});

export const metadataMap = struct('UDF metadata partition map', 64, {
  kind: bytes(0, 2),
  reserved2: reserved(2, 2),
  purpose: entityId(4),
  volumeNumber: u16le(36),
  partition: u16le(38),
  metadataFile: u32le(40),
  mirrorFile: u32le(44),
  bitmapFile: u32le(48),
  allocationUnit: u32le(52),
  alignmentUnit: u16le(56),
  flags: reserved(58, 6),
});

/** A partition whose defective packets are replaced (UDF 2.2.9). */
export const sparableMap = struct('UDF sparable partition map', 64, {
  kind: bytes(0, 2),
  reserved2: reserved(2, 2),
  purpose: entityId(4),
  volumeNumber: u16le(36),
  partition: u16le(38),
  /** Blocks of a packet. */
  packetLength: u16le(40),
  tables: u8(42),
  reserved43: reserved(43, 1),
  /** Bytes of a table. */
  tableSize: u32le(44),
  /** Blocks of the medium at which the tables begin, 32 bits each. */
  locations: bytes(48, 16),
});

/** The table of replaced packets (UDF 2.2.12); its entries follow. */
export const sparingTable = struct('UDF sparing table', 56, {
  tag: reserved(0, TAG),
  purpose: entityId(16),
  entries: u16le(48),
  reserved50: reserved(50, 2),
  sequence: u32le(52),
});
/** Bytes of an entry: the packet's first block in the partition, and the block of the medium it has now. */
export const SPARING_ENTRY = 8;

/** Blocks in which a metadata partition counts its extents. */
export const METADATA_UNIT = 32;

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
