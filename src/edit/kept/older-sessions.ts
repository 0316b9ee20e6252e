// Sessions that xorriso appends to an image in a file: the descriptors at the start of the disc are replaced by those of the latest session,
// so every reader shows it. Each session keeps its own descriptors too, the first one from block 32 on and each next one 32 blocks or more
// further, by which xorriso can load an older state.

import { alignUp } from '../../bytes/index.js';
import {
  BLOCK,
  isRecord,
  isVolumeDescriptor,
  PRIMARY,
  readRecord,
  SYSTEM_AREA_BLOCKS,
  volumeDescriptor,
} from '../../format/iso9660/index.js';
import { bytesAt, type Source } from '../../io/index.js';

/** Sessions begin at multiples of this, the first one at 32. */
const SESSION_BLOCKS = 32;
const MOST_SESSIONS = 100;

/** How many sessions before the latest one the image still has. */
export async function olderSessions(image: Source): Promise<number> {
  let count = 0;
  for (let start = SESSION_BLOCKS; count < MOST_SESSIONS; count++) {
    const blocks = await sessionBlocks(image, start);
    if (blocks === undefined) break;
    start = alignUp(start + blocks, SESSION_BLOCKS);
  }
  return Math.max(count - 1, 0);
}

/** The size of the session at a block; undefined if none is there. Its addresses count from the start of the disc. */
async function sessionBlocks(image: Source, start: number): Promise<number | undefined> {
  const bytes = await bytesAt(image, (start + SYSTEM_AREA_BLOCKS) * BLOCK, BLOCK);
  if (bytes?.[0] !== PRIMARY || !isVolumeDescriptor(bytes)) return undefined;
  const { spaceSize, rootRecord } = volumeDescriptor.decode(bytes);
  const root = isRecord(rootRecord, 0) ? readRecord(rootRecord, 0) : undefined;
  const isHere = root && root.extent > start && root.extent < start + spaceSize;
  return isHere ? spaceSize : undefined;
}
