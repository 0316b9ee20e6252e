// Seeds of the crc32c checksums that metadata_csum puts on every structure (kernel documentation, "Checksums").

import { crc32c, crc32cWord } from '../../bytes/index.js';

/** Seed of a checksum; undefined in images without metadata_csum, which have no checksums and keep no room for them. */
export type Seed = number | undefined;

/** Seed of a whole file system: crc32c of its UUID's 16 bytes. */
export function filesystemSeed(uuid: Uint8Array): number {
  return crc32c(~0, uuid);
}

/** Seed of everything that belongs to one inode: its extents, its directory blocks, itself. */
export function inodeSeed(seed: Seed, ino: number, generation = 0): Seed {
  if (seed === undefined) return undefined;
  return crc32cWord(crc32cWord(seed, ino), generation);
}
