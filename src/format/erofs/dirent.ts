// Directory blocks (kernel documentation, "Directories"): entries of 12 bytes, sorted by name, then the names of all of them
// in the same order. Each block of a directory is one such table; `.` and `..` are entries like others.

import { type ByteString, struct, u8, u16le, u64le, type Value } from '../../bytes/index.js';
import type { Node } from '../../tree/index.js';

export const dirent = struct('EROFS directory entry', 12, {
  nid: u64le(0),
  /** From the start of the block; that of the first entry gives the number of entries. */
  nameAt: u16le(8),
  /** One of {@link DirentType}. */
  type: u8(10),
  reserved: u8(11),
});
export type Dirent = Value<typeof dirent>;

export const DirentType = {
  file: 1,
  directory: 2,
  'character-device': 3,
  'block-device': 4,
  fifo: 5,
  socket: 6,
  symlink: 7,
} as const satisfies Record<Node['kind'], number>;

/** Highest bit of the high half of a nid: the inode is in the metabox. */
export const METABOX_BIT = 0x8000_0000;
export const MAX_NAME = 255;

/** An entry with its name. */
export interface NamedDirent {
  readonly name: ByteString;
  readonly nid: number;
  readonly type: number;
}

/** Size of an entry in its block, in bytes. */
export function direntSize(name: ByteString): number {
  return dirent.size + name.length;
}

/** Writes sorted entries that fit one block, as the block at byte `at`. Returns their size. */
export function putDirectoryBlock(entries: readonly NamedDirent[], bytes: Uint8Array, at: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let nameAt = entries.length * dirent.size;
  for (const [index, { name, nid, type }] of entries.entries()) {
    dirent.encodeThrough({ nid, nameAt, type, reserved: 0 }, view, at + index * dirent.size);
    for (let i = 0; i < name.length; i++) bytes[at + nameAt + i] = name.charCodeAt(i);
    nameAt += name.length;
  }
  return nameAt;
}
