// Volume descriptors: primary, supplementary (Joliet) and terminator (ECMA-119 §8.2–8.5, Joliet specification).
// Both kinds share one 2048-byte structure; only text encoding and escape sequences differ.

import {
  bytes,
  reserved,
  struct,
  type Timestamp,
  u8,
  u16both,
  u32be,
  u32both,
  u32le,
  type Value,
} from '../../bytes/index.js';
import { longDate } from './date.js';
import { BLOCK } from './geometry.js';
import { aCharacters, asciiField, ucs2Field } from './text.js';

/** Types of volume descriptors (ECMA-119 §8.1.1). */
export const BOOT_RECORD = 0;
export const PRIMARY = 1;
export const SUPPLEMENTARY = 2;
export const TERMINATOR = 255;
/** `%/E`: UCS-2 level 3, the escape sequence of Joliet. */
export const JOLIET_ESCAPE = Uint8Array.of(0x25, 0x2f, 0x45);
/** "CD001" */
export const STANDARD_ID = Uint8Array.of(0x43, 0x44, 0x30, 0x30, 0x31);
/** Whether a block is a volume descriptor of any type. */
export function isVolumeDescriptor(block: Uint8Array, at = 0): boolean {
  return STANDARD_ID.every((byte, i) => block[at + 1 + i] === byte);
}

/** Byte offset and length of the application use area, for media-check tags. */
export const APPLICATION_USE = { at: 883, length: 512 } as const;

export const volumeDescriptor = struct('volume descriptor', BLOCK, {
  type: u8(0),
  standardId: bytes(1, 5),
  version: u8(6),
  flags: u8(7),
  systemId: bytes(8, 32),
  volumeId: bytes(40, 32),
  reserved72: reserved(72, 8),
  spaceSize: u32both(80),
  escapes: bytes(88, 32),
  setSize: u16both(120),
  sequenceNumber: u16both(124),
  blockSize: u16both(128),
  pathTableSize: u32both(132),
  pathTableL: u32le(140),
  optionalPathTableL: u32le(144),
  pathTableM: u32be(148),
  optionalPathTableM: u32be(152),
  rootRecord: bytes(156, 34),
  volumeSetId: bytes(190, 128),
  publisherId: bytes(318, 128),
  preparerId: bytes(446, 128),
  applicationId: bytes(574, 128),
  copyrightFileId: bytes(702, 37),
  abstractFileId: bytes(739, 37),
  bibliographicFileId: bytes(776, 37),
  created: longDate(813),
  modified: longDate(830),
  expires: longDate(847),
  effective: longDate(864),
  fileStructureVersion: u8(881),
  reserved882: reserved(882, 1),
  applicationUse: bytes(883, 512),
  reserved1395: reserved(1395, 653),
});
export type VolumeDescriptor = Value<typeof volumeDescriptor>;

/** The texts of a volume, as the user gave them. */
export interface VolumeTexts {
  readonly volumeId: string;
  readonly systemId: string;
  readonly volumeSetId: string;
  readonly publisher: string;
  readonly preparer: string;
  readonly applicationId: string;
  readonly copyrightFile: string;
  readonly abstractFile: string;
  readonly bibliographicFile: string;
}

/** Dates in the descriptors of a volume; undefined: not specified. */
export interface VolumeDates {
  readonly created: Timestamp | undefined;
  readonly modified: Timestamp | undefined;
  readonly expires: Timestamp | undefined;
  readonly effective: Timestamp | undefined;
}

/** The values of a descriptor for its hierarchy. All block numbers are as stored. */
export interface VolumeFacts {
  /** Blocks of 2048 bytes that belong to the volume. */
  readonly spaceSize: number;
  /** Bytes. */
  readonly pathTableSize: number;
  readonly pathTableL: number;
  readonly pathTableM: number;
  /** Directory record of the root, 34 bytes. */
  readonly rootRecord: Uint8Array;
  readonly dates: VolumeDates;
}

/** The primary descriptor. Texts other than the ids of system and volume are put in upper-case a-characters. */
export function renderPrimary(texts: VolumeTexts, facts: VolumeFacts): Uint8Array {
  const text = (value: string, length: number) => asciiField(aCharacters(value), length);
  return volumeDescriptor.encode({
    ...common(facts),
    type: PRIMARY,
    systemId: asciiField(texts.systemId, 32),
    // Kept as given, including lower case: boot command lines find the medium by this label.
    volumeId: asciiField(texts.volumeId, 32),
    escapes: new Uint8Array(32),
    volumeSetId: text(texts.volumeSetId, 128),
    publisherId: text(texts.publisher, 128),
    preparerId: text(texts.preparer, 128),
    applicationId: text(texts.applicationId, 128),
    copyrightFileId: text(texts.copyrightFile, 37),
    abstractFileId: text(texts.abstractFile, 37),
    bibliographicFileId: text(texts.bibliographicFile, 37),
    // Blanks, not zeros: the tools that write media-check tags accept nothing else here.
    applicationUse: new Uint8Array(APPLICATION_USE.length).fill(0x20),
  });
}

/** The enhanced descriptor of ISO 9660:1999 (version 2, structure version 2): the primary hierarchy under its own rules. */
export function renderEnhanced(texts: VolumeTexts, facts: VolumeFacts): Uint8Array {
  const primary = volumeDescriptor.decode(renderPrimary(texts, facts));
  return volumeDescriptor.encode({ ...primary, type: SUPPLEMENTARY, version: 2, fileStructureVersion: 2 });
}

/** The supplementary descriptor of the Joliet hierarchy; texts keep their case. */
export function renderJoliet(texts: VolumeTexts, facts: VolumeFacts): Uint8Array {
  const escapes = new Uint8Array(32);
  escapes.set(JOLIET_ESCAPE);
  return volumeDescriptor.encode({
    ...common(facts),
    type: SUPPLEMENTARY,
    systemId: ucs2Field(texts.systemId, 32),
    volumeId: ucs2Field(texts.volumeId, 32),
    escapes,
    volumeSetId: ucs2Field(texts.volumeSetId, 128),
    publisherId: ucs2Field(texts.publisher, 128),
    preparerId: ucs2Field(texts.preparer, 128),
    applicationId: ucs2Field(texts.applicationId, 128),
    copyrightFileId: ucs2Field(texts.copyrightFile, 37),
    abstractFileId: ucs2Field(texts.abstractFile, 37),
    bibliographicFileId: ucs2Field(texts.bibliographicFile, 37),
    applicationUse: new Uint8Array(APPLICATION_USE.length),
  });
}

/** The descriptor that ends the set. */
export function renderTerminator(): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block[0] = TERMINATOR;
  block.set(STANDARD_ID, 1);
  block[6] = 1;
  return block;
}

function common(facts: VolumeFacts) {
  return {
    standardId: STANDARD_ID,
    version: 1,
    flags: 0,
    spaceSize: facts.spaceSize,
    setSize: 1,
    sequenceNumber: 1,
    blockSize: BLOCK,
    pathTableSize: facts.pathTableSize,
    pathTableL: facts.pathTableL,
    optionalPathTableL: 0,
    pathTableM: facts.pathTableM,
    optionalPathTableM: 0,
    rootRecord: facts.rootRecord,
    ...facts.dates,
    fileStructureVersion: 1,
  };
}
