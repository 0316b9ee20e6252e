// Sizes that ISO 9660 counts in (ECMA-119 §6.1, §6.4.1).

/** Bytes of a logical block; also of a sector. Every address in an ISO 9660 image counts these. */
export const BLOCK = 2048;
/** Blocks before the first volume descriptor, free for boot code and partition tables. */
export const SYSTEM_AREA_BLOCKS = 16;
/** Most bytes of one extent that is followed by another: the largest whole number of blocks below 4 GiB that every reader takes. */
export const EXTENT_BYTES = 4_294_965_248;
/** Most directories for the 16-bit parent numbers of a path table. */
export const MAX_DIRECTORIES = 65_535;
