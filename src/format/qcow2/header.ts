// The header of a QCOW2 disk image, versions 2 and 3; numbers are big-endian (QEMU docs/interop/qcow2.rst, "Header").

import { reserved, struct, u8, u32be, u64be } from '../../bytes/index.js';

/** `QFI\xfb` */
export const MAGIC = 0x514649fb;
/** Bytes of a header of version 2, and the most that is read of a later one. */
export const HEADER_LENGTH = 104;

export const header = struct('QCOW2 header', 112, {
  magic: u32be(0),
  version: u32be(4),
  backingNameAt: u64be(8),
  backingNameLength: u32be(16),
  clusterBits: u32be(20),
  size: u64be(24),
  encryption: u32be(32),
  level1Entries: u32be(36),
  level1At: u64be(40),
  refcountsAt: u64be(48),
  refcountClusters: u32be(56),
  snapshots: u32be(60),
  snapshotsAt: u64be(64),
  incompatibleHigh: u32be(72),
  /** Bits of {@link Incompatible}. */
  incompatible: u32be(76),
  compatible: u64be(80),
  autoclear: u64be(88),
  refcountOrder: u32be(96),
  headerLength: u32be(100),
  /** A number of {@link COMPRESSIONS}. */
  compression: u8(104),
  reserved105: reserved(105, 7),
});

/** Features that a reader has to know. */
export const Incompatible = {
  dirty: 1,
  corrupt: 2,
  externalData: 4,
  compressionType: 8,
  subclusters: 16,
} as const;

/** How clusters are compressed. */
export const COMPRESSIONS = ['deflate', 'zstd'] as const;
