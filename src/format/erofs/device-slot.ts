// The table of additional devices with data of an image (kernel documentation, "Multiple devices").

import { bytes, reserved, struct, u16le, u32le } from '../../bytes/index.js';

export const deviceSlot = struct('EROFS device slot', 128, {
  /** Digest or name. */
  tag: bytes(0, 64),
  blocks: u32le(64),
  /** Block number of the image at which the device starts; 0 if it has none. */
  firstBlock: u32le(68),
  blocksHigh: u16le(72),
  firstBlockHigh: u16le(74),
  reserved76: reserved(76, 52),
});
