// The superblock: 96 bytes at byte 0 of the image (squashfs 4.0 format, "Superblock"), or at the end of one that was streamed.

import { optionalU64le, struct, u16le, u32le, u64le, type Value } from '../../bytes/index.js';
import { bytesAt, type Source } from '../../io/index.js';

/** "hsqs" on disk. */
export const MAGIC = 0x7371_7368;
/**
 * "HSQS" on disk: an image that was written to a pipe by mksquashfs 4.7.3 or newer begins with it and zeros. Its superblock is its last
 * 96 bytes.
 */
export const STREAMED_MAGIC = 0x5351_5348;
/** Of the format. */
export const VERSION = { major: 4, minor: 0 } as const;

/** All offsets are bytes from the start of the image; a table that is not there is `undefined`. */
export const superblock = struct('squashfs superblock', 96, {
  magic: u32le(0),
  inodeCount: u32le(4),
  /** Seconds since 1970, unsigned. */
  modificationTime: u32le(8),
  blockSize: u32le(12),
  fragmentCount: u32le(16),
  compressor: u16le(20),
  blockLog: u16le(22),
  flags: u16le(24),
  idCount: u16le(26),
  major: u16le(28),
  minor: u16le(30),
  /** An {@link inodeRef}. */
  rootInode: u64le(32),
  /** Without the padding after the last table. */
  bytesUsed: u64le(40),
  idTableAt: u64le(48),
  xattrTableAt: optionalU64le(56),
  inodeTableAt: u64le(64),
  directoryTableAt: u64le(72),
  fragmentTableAt: optionalU64le(80),
  exportTableAt: optionalU64le(88),
});
export type Superblock = Value<typeof superblock>;

/** "Stored" parts are not compressed; that is advice to later writers, every block says it for itself. */
export const SuperblockFlag = {
  inodesStored: 0x0001,
  dataStored: 0x0002,
  fragmentsStored: 0x0008,
  noFragments: 0x0010,
  alwaysFragments: 0x0020,
  duplicatesShared: 0x0040,
  exportable: 0x0080,
  xattrsStored: 0x0100,
  noXattrs: 0x0200,
  compressorOptions: 0x0400,
  idsStored: 0x0800,
} as const;

/** The superblock of an image as it is stored, and where; undefined if the image is too short for one. */
export async function storedSuperblock(image: Source): Promise<{ found: Superblock; at: number } | undefined> {
  const first = await bytesAt(image, 0, superblock.size);
  if (!first) return undefined;
  const found = superblock.decode(first);
  if (found.magic !== STREAMED_MAGIC || image.size < 2 * superblock.size) return { found, at: 0 };
  const at = image.size - superblock.size;
  return { found: superblock.decode((await bytesAt(image, at, superblock.size))!), at };
}
