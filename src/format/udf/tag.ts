// Descriptor tag (ECMA-167 3/7.2): the 16 bytes before every descriptor that say what and where it is, with checksums.

import { crcCcitt, reserved, struct, u8, u16le, u32le, type Value } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';

/** Bytes of a tag. */
export const TAG = 16;

/** Tag identifiers (ECMA-167 3/7.2.1, 4/7.2.1). */
export const TAG_ID = {
  primaryVolume: 1,
  anchor: 2,
  volumePointer: 3,
  implementationUse: 4,
  partition: 5,
  logicalVolume: 6,
  unallocatedSpace: 7,
  terminator: 8,
  integrity: 9,
  fileSet: 256,
  fileIdentifier: 257,
  allocationExtent: 258,
  fileEntry: 261,
  extendedFileEntry: 266,
  extendedAttributes: 262,
} as const;
export type TagId = (typeof TAG_ID)[keyof typeof TAG_ID];

export const descriptorTag = struct('UDF descriptor tag', TAG, {
  id: u16le(0),
  /** 2 with NSR02, 3 with NSR03. */
  version: u16le(2),
  checksum: u8(4),
  reserved5: reserved(5, 1),
  serial: u16le(6),
  crc: u16le(8),
  crcLength: u16le(10),
  /** Block the descriptor starts in, counted as its references count. */
  location: u32le(12),
});
export type DescriptorTag = Value<typeof descriptorTag>;

/** The values of a tag other than its checksums. */
export interface TagFacts {
  readonly id: TagId;
  readonly version: number;
  readonly location: number;
}

/** Completes a descriptor whose first 16 bytes are free: the tag covers everything after it. */
export function stamped(descriptor: Uint8Array, facts: TagFacts): Uint8Array {
  const body = descriptor.subarray(TAG);
  const tag = { ...facts, checksum: 0, serial: 0, crc: crcCcitt(body), crcLength: body.length };
  descriptorTag.encodeInto(tag, descriptor, 0);
  descriptor[4] = tagChecksum(descriptor);
  return descriptor;
}

/**
 * Completes a kept descriptor that was changed, or that is now at block `location`: its kind, version and serial number stay. The
 * checksum covers `covered` bytes after the tag; default: as many as before.
 */
export function resealed(descriptor: Uint8Array, location: number, covered?: number): Uint8Array {
  const tag = descriptorTag.decode(descriptor);
  const crcLength = covered ?? tag.crcLength;
  const crc = crcCcitt(descriptor.subarray(TAG, TAG + crcLength));
  descriptorTag.encodeInto({ ...tag, location, crc, crcLength }, descriptor, 0);
  descriptor[4] = tagChecksum(descriptor);
  return descriptor;
}

/**
 * Reads and checks the tag at byte `at` of `bytes`; `imageAt` is where `bytes` is in the image, for messages. Undefined if
 * nothing like a tag is there. Throws {@link InvalidImageError} for a tag whose descriptor is damaged.
 */
export function readTag(bytes: Uint8Array, at = 0, imageAt = 0): DescriptorTag | undefined {
  const tag = tagAt(bytes, at);
  if (tag && !isSealed(tag, bytes, at)) {
    throw new InvalidImageError('udf.bad-crc', `The checksum of a UDF descriptor of kind ${tag.id} is wrong.`, {
      at: imageAt + at,
    });
  }
  return tag;
}

/** As {@link readTag}, and undefined for a damaged descriptor too: for bytes that may be of any other format. */
export function soundTag(bytes: Uint8Array, at = 0): DescriptorTag | undefined {
  const tag = tagAt(bytes, at);
  return tag && isSealed(tag, bytes, at) ? tag : undefined;
}

/** Whether a descriptor of any kind, 0 included, begins these bytes and is whole. */
export function isSealedTag(bytes: Uint8Array): boolean {
  return tagChecksum(bytes) === bytes[4] && isSealed(descriptorTag.decode(bytes), bytes, 0);
}

function tagAt(bytes: Uint8Array, at: number): DescriptorTag | undefined {
  const own = bytes.subarray(at, at + TAG);
  if (own.length < TAG || tagChecksum(own) !== own[4]) return undefined;
  const tag = descriptorTag.decode(own);
  return tag.id === 0 ? undefined : tag;
}

/** Whether the bytes that the tag covers have its checksum. */
function isSealed({ crc, crcLength }: DescriptorTag, bytes: Uint8Array, at: number): boolean {
  const end = at + TAG + crcLength;
  return end <= bytes.length && crcCcitt(bytes.subarray(at + TAG, end)) === crc;
}

/** Sum of the other 15 bytes, modulo 256. */
function tagChecksum(tag: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < TAG; i++) if (i !== 4) sum += tag[i]!;
  return sum & 0xff;
}
