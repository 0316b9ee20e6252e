// Sizes that UDF on optical media counts in (ECMA-167 3/7, UDF 2.2).

/** Bytes of a logical block and of a sector: what every descriptor address counts. */
export const BLOCK = 2048;
/** Block that readers look at first for the anchor. */
export const ANCHOR_BLOCK = 256;
/** Blocks of a volume descriptor sequence: the least that the standard allows. */
export const SEQUENCE_BLOCKS = 16;
/** Blocks of the integrity sequence: the descriptor and its end. */
export const INTEGRITY_BLOCKS = 2;
/** Blocks of the volume recognition sequence: BEA01, NSR0x, TEA01. */
export const RECOGNITION_BLOCKS = 3;
/** A second anchor may be in the last block of a volume, or as many blocks before it. */
export const ANCHOR_DISTANCE = 256;
/** Most bytes of one extent: its length has 30 bits, and all but a file's last are whole blocks. */
export const EXTENT_BYTES = 0x3fff_f800;
