// Extended attributes (squashfs 4.0 format, "Xattr table"): keys and values in metadata blocks, one entry per set of
// them, and a separate table header.

import { type ByteString, reserved, struct, u16le, u32le, u64le } from '../../bytes/index.js';

/** Followed by the name without its prefix. */
export const xattrKey = struct('squashfs xattr key', 4, {
  /** A prefix number, plus {@link OUT_OF_LINE}. */
  type: u16le(0),
  nameLength: u16le(2),
});

/** Followed by the value, or by a 64-bit reference to another xattrValue if the key says out of line. */
export const xattrValue = struct('squashfs xattr value', 4, { length: u32le(0) });
/** A metadata reference into the keys and values. */
export const xattrReference = struct('squashfs xattr value reference', 8, { place: u64le(0) });

/** One set of attributes, shared by all inodes that have exactly these. */
export const xattrSet = struct('squashfs xattr id entry', 16, {
  /** Where its first key is, as a metadata reference. */
  place: u64le(0),
  count: u32le(8),
  /** Bytes of names with prefix and terminating zero, plus bytes of values. */
  size: u32le(12),
});

/** Followed by the 64-bit offsets of the id entries' metadata blocks. */
export const xattrTableHeader = struct('squashfs xattr table header', 16, {
  /** First byte of the keys and values in the image. */
  keysAt: u64le(0),
  setCount: u32le(8),
  unused: reserved(12, 4),
});

/** Added to a key's type when its value is a reference. */
export const OUT_OF_LINE = 0x100;

/** The only namespaces the format can name; their place is their number. */
export const XATTR_PREFIXES = ['user.', 'trusted.', 'security.'] as const;

/** Number of the prefix of a full name; -1 if the format has none for it. */
export function xattrPrefix(name: ByteString): number {
  return XATTR_PREFIXES.findIndex((prefix) => name.startsWith(prefix) && name.length > prefix.length);
}
