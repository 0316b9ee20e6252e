// File set descriptor (ECMA-167 4/14.1, UDF 2.3.2): where the root directory is.

import { bytes, reserved, struct, type Timestamp, u16le, u32le } from '../../bytes/index.js';
import { dstring, OSTA_CHARSET } from './cs0.js';
import { entityId, type LongAddress, longAd, NOWHERE, stamp } from './fields.js';
import { domainId, type RevisionFacts } from './revision.js';
import { stamped, TAG, TAG_ID } from './tag.js';
import { inBlock } from './volume-sequence.js';

export const fileSetDescriptor = struct('UDF file set descriptor', 512, {
  tag: reserved(0, TAG),
  recorded: stamp(16),
  interchangeLevel: u16le(28),
  mostInterchangeLevel: u16le(30),
  charsets: u32le(32),
  mostCharsets: u32le(36),
  number: u32le(40),
  descriptorNumber: u32le(44),
  logicalVolumeCharset: bytes(48, 64),
  logicalVolumeId: dstring(112, 128),
  charset: bytes(240, 64),
  fileSetId: dstring(304, 32),
  copyrightFile: dstring(336, 32),
  abstractFile: dstring(368, 32),
  root: longAd(400),
  domain: entityId(416),
  next: longAd(448),
  systemStreams: longAd(464),
  reserved480: reserved(480, 32),
});

/** The descriptor as block number `location` of its partition. */
export function renderFileSet(
  volumeId: string,
  time: Timestamp,
  root: LongAddress,
  location: number,
  revision: RevisionFacts,
): Uint8Array {
  const descriptor = fileSetDescriptor.encode({
    recorded: time,
    interchangeLevel: 3,
    mostInterchangeLevel: 3,
    charsets: 1,
    mostCharsets: 1,
    number: 0,
    descriptorNumber: 0,
    logicalVolumeCharset: OSTA_CHARSET,
    logicalVolumeId: volumeId,
    charset: OSTA_CHARSET,
    fileSetId: volumeId,
    copyrightFile: '',
    abstractFile: '',
    root,
    domain: domainId(revision),
    next: NOWHERE,
    systemStreams: NOWHERE,
  });
  return inBlock(stamped(descriptor, { id: TAG_ID.fileSet, version: revision.tagVersion, location }));
}
