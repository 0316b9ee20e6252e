// Descriptors of the volume and its partition maps (ECMA-167 3/10, UDF 2.2), as tables of fields.

import { bytes, reserved, struct, u8, u16le, u32le } from '../../bytes/index.js';
import { dstring } from './cs0.js';
import { entityId, extentAd, longAd, stamp } from './fields.js';
import { TAG } from './tag.js';

/** Size of most descriptors. */
export const DESCRIPTOR = 512;

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

/** Space of the medium outside partitions (ECMA-167 3/10.8): its extents follow. */
export const unallocatedSpace = struct('UDF unallocated space descriptor', 24, {
  tag: reserved(0, TAG),
  sequence: u32le(16),
  extents: u32le(20),
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
