// FAT32 FSInfo sector: free space as a hint, at sector 1 and after the backup boot sector. fatgen103 "FAT32 FSInfo Sector".

import { reserved, struct, u32le } from '../../bytes/index.js';

export const fsInfo = struct('FAT32 FSInfo', 512, {
  leadSignature: u32le(0),
  reserved1: reserved(4, 480),
  structureSignature: u32le(484),
  freeClusters: u32le(488),
  /** Where a writer starts searching for a free cluster. */
  nextFree: u32le(492),
  reserved2: reserved(496, 12),
  trailSignature: u32le(508),
});

/** In place of a number of clusters that nobody knows. */
export const UNKNOWN_CLUSTER = 0xffff_ffff;
/** Marks of the sector. */
export const SIGNATURES = { lead: 0x4161_5252, structure: 0x6141_7272, trail: 0xaa55_0000 } as const;

/** FSInfo of a volume with `free` clusters, the first of them `nextFree`. */
export function renderFsInfo(free: number, nextFree: number): Uint8Array {
  return fsInfo.encode({
    leadSignature: SIGNATURES.lead,
    structureSignature: SIGNATURES.structure,
    freeClusters: free,
    nextFree: free > 0 ? nextFree : UNKNOWN_CLUSTER,
    trailSignature: SIGNATURES.trail,
  });
}
