// Addresses by cylinder, head and sector, and the made-up geometry on which they are based: firmware that knows nothing else reads a disk
// by them, and reaches 1024 cylinders.

import type { Field } from '../../bytes/index.js';

const LAST_CYLINDER = 1023;
const MOST_HEADS = 255;
const MOST_SECTORS = 63;

/** Cylinder, head and sector as the three bytes hold them; sectors count from 1. */
export interface Chs {
  readonly cylinder: number;
  readonly head: number;
  readonly sector: number;
}

export interface Geometry {
  /** Heads per cylinder. */
  readonly heads: number;
  /** Sectors of 512 bytes per head. */
  readonly sectorsPerHead: number;
}

/** Cylinders of 1 MiB. */
export const USUAL_GEOMETRY: Geometry = { heads: 64, sectorsPerHead: 32 };

/** Field of three bytes at `at`. */
export function chs(at: number): Field<Chs> {
  return {
    at,
    length: 3,
    read: (view, base) => {
      const packed = view.getUint8(base + at + 1);
      return {
        head: view.getUint8(base + at),
        sector: packed & 0x3f,
        cylinder: view.getUint8(base + at + 2) | ((packed & 0xc0) << 2),
      };
    },
    write: (view, base, { cylinder, head, sector }) => {
      view.setUint8(base + at, head);
      view.setUint8(base + at + 1, sector | ((cylinder >> 2) & 0xc0));
      view.setUint8(base + at + 2, cylinder & 0xff);
    },
  };
}

/** Sectors of 512 bytes in a cylinder. */
export function cylinderSectors({ heads, sectorsPerHead }: Geometry): number {
  return heads * sectorsPerHead;
}

/**
 * The smallest cylinders of whole 2048-byte blocks of which 1024 reach over `sectors`, filled up to a whole cylinder, and
 * `behind` sectors that follow. The largest geometry if none is large enough. An aligned number gives the same geometry.
 */
export function geometryFor(sectors: number, behind = 0): Geometry {
  const reaches = (geometry: Geometry) => {
    const cylinder = cylinderSectors(geometry);
    return Math.ceil(sectors / cylinder) * cylinder + behind <= (LAST_CYLINDER + 1) * cylinder;
  };
  for (let heads = USUAL_GEOMETRY.heads; heads <= MOST_HEADS; heads++) {
    if (reaches({ ...USUAL_GEOMETRY, heads })) return { ...USUAL_GEOMETRY, heads };
  }
  // Of 63 sectors only every fourth number of heads makes whole blocks; below 132 heads the loop above has been better.
  for (let heads = 132; heads <= MOST_HEADS; heads += 4) {
    if (reaches({ heads, sectorsPerHead: MOST_SECTORS })) return { heads, sectorsPerHead: MOST_SECTORS };
  }
  return { heads: 252, sectorsPerHead: MOST_SECTORS };
}

/** The address of a sector; beyond 1024 cylinders the last address there is. */
export function chsOf(sector: number, { heads, sectorsPerHead }: Geometry = USUAL_GEOMETRY): Chs {
  const cylinder = Math.floor(sector / (heads * sectorsPerHead));
  if (cylinder > LAST_CYLINDER) return { cylinder: LAST_CYLINDER, head: heads - 1, sector: sectorsPerHead };
  return {
    cylinder,
    head: Math.floor(sector / sectorsPerHead) % heads,
    sector: (sector % sectorsPerHead) + 1,
  };
}
