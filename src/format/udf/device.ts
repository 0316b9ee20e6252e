// Extended attributes of devices: header (ECMA-167 4/14.10.1) and device specification (4/14.10.7, UDF 3.3.4.4).

import { concatBytes, reserved, struct, u8, u32le } from '../../bytes/index.js';
import { entityId } from './fields.js';
import { IMPLEMENTATION } from './revision.js';
import { descriptorTag, resealed, stamped, TAG, TAG_ID } from './tag.js';

export const DEVICE_SPECIFICATION = 12;
/** States that attributes of that sort are absent. */
const ABSENT = 0xffff_ffff;

export const attributesHead = struct('UDF extended attribute header', 24, {
  tag: reserved(0, TAG),
  implementationAt: u32le(16),
  applicationAt: u32le(20),
});

/** Writes the tag of the extended attributes of an entry again, which is now at block `location`. */
export function resealAttributes(attributes: Uint8Array, location: number): void {
  if (attributes.length < attributesHead.size) return;
  const { id, crcLength } = descriptorTag.decode(attributes);
  if (id === TAG_ID.extendedAttributes && TAG + crcLength <= attributes.length) resealed(attributes, location);
}

export const deviceSpecification = struct('UDF device specification', 56, {
  type: u32le(0),
  subtype: u8(4),
  reserved5: reserved(5, 3),
  length: u32le(8),
  useLength: u32le(12),
  major: u32le(16),
  minor: u32le(20),
  implementation: entityId(24),
});

/** Bytes of the extended attributes of a device. */
export const DEVICE_ATTRIBUTES = attributesHead.size + deviceSpecification.size;

/** The extended attributes of a device whose file entry is block `location`. */
export function deviceAttributes(major: number, minor: number, location: number, tagVersion: number): Uint8Array {
  const head = attributesHead.encode({ implementationAt: ABSENT, applicationAt: ABSENT });
  stamped(head, { id: TAG_ID.extendedAttributes, version: tagVersion, location });
  const specification = deviceSpecification.encode({
    type: DEVICE_SPECIFICATION,
    subtype: 1,
    length: deviceSpecification.size,
    useLength: 32,
    major,
    minor,
    implementation: IMPLEMENTATION,
  });
  return concatBytes([head, specification]);
}
