// Records of extents, the index of files with 48-bit block addresses: 4, 8, 16 or 32 bytes for each extent. With the shorter
// ones there is one for each logical cluster; without an address, the data of one extent follows that of the previous one.

import { reserved, struct, u32le } from '../../bytes/index.js';

/** The longest form; the shorter ones are its first bytes. */
export const extentRecord = struct('EROFS extent record', 32, {
  /** Length of the encoded data, bit 27 for data of which only a part is used, and from {@link RECORD_FORMAT_SHIFT} on 0 or an algorithm plus one. */
  encoded: u32le(0),
  /** Byte address of the data. */
  place: u32le(4),
  placeHigh: u32le(8),
  /** First byte of the file. */
  start: u32le(12),
  startHigh: u32le(16),
  reserved20: reserved(20, 12),
});

export const RECORD_LENGTH_MASK = 0x1f_ffff;
export const RECORD_FORMAT_SHIFT = 28;
/** Bytes before records of 4 bytes: the address of the first data. */
export const FIRST_PLACE = 8;
