// File identifier descriptor (ECMA-167 4/14.4, UDF 2.3.4): one name in a directory.

import { alignUp, reserved, struct, u8, u16le } from '../../bytes/index.js';
import { cs0Length, encodeCs0 } from './cs0.js';
import { type LongAddress, longAd } from './fields.js';
import { stamped, TAG, TAG_ID } from './tag.js';

const HEAD = 38;
export const CHARACTERISTIC = { directory: 0x02, deleted: 0x04, parent: 0x08 } as const;

export const fileIdentifierHead = struct('UDF file identifier', HEAD, {
  tag: reserved(0, TAG),
  version: u16le(16),
  characteristics: u8(18),
  nameLength: u8(19),
  entry: longAd(20),
  useLength: u16le(36),
});

/** Bytes of the descriptor for this name; "" is the parent directory. */
export function identifierLength(name: string): number {
  return alignUp(HEAD + cs0Length(name), 4);
}

/** Writes a descriptor at byte `at`; returns its length. `location` is the block in which it starts. */
export function writeIdentifier(
  {
    name,
    entry,
    characteristics,
  }: { readonly name: string; readonly entry: LongAddress; readonly characteristics: number },
  into: Uint8Array,
  at: number,
  { location, tagVersion }: { readonly location: number; readonly tagVersion: number },
): number {
  const encoded = encodeCs0(name);
  const used = into.subarray(at, at + alignUp(HEAD + encoded.length, 4));
  const value = { version: 1, characteristics, nameLength: encoded.length, entry, useLength: 0 };
  fileIdentifierHead.encodeInto(value, used, 0);
  used.set(encoded, HEAD);
  stamped(used, { id: TAG_ID.fileIdentifier, version: tagVersion, location });
  return used.length;
}
