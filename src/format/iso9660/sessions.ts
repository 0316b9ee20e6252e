// Sessions of a disc: each has its own volume descriptors, whose addresses count from the start of the disc. A file has no
// table of contents that says where they begin, so they are searched after the volume that the one before describes.

import type { Source } from '../../io/index.js';
import { isRecord, readRecord, SELF } from './directory-record.js';
import { BLOCK, SYSTEM_AREA_BLOCKS } from './geometry.js';
import { isVolumeDescriptor, PRIMARY, volumeDescriptor } from './volume-descriptor.js';

/** Blocks after the end of a session in which the next one may begin: lead-out, lead-in and pregap of a CD have 11 550. */
const LONGEST_GAP = 12_000;
const MOST_SESSIONS = 100;
/** Blocks read at a time. */
const CHUNK = 512;

/** Blocks of the first volume descriptor of every session, the first session first. */
export async function sessionsOf(image: Source): Promise<number[]> {
  const sessions = [SYSTEM_AREA_BLOCKS];
  let end = await endOf(image, SYSTEM_AREA_BLOCKS);
  while (end !== undefined && sessions.length < MOST_SESSIONS) {
    const next = await nextSession(image, end);
    if (next === undefined) break;
    sessions.push(next);
    const nextEnd = await endOf(image, next);
    end = nextEnd === undefined ? undefined : Math.max(next + 1, nextEnd);
  }
  return sessions;
}

async function nextSession(image: Source, from: number): Promise<number | undefined> {
  const last = Math.min(Math.floor(image.size / BLOCK), from + LONGEST_GAP);
  for (let first = from; first < last; first += CHUNK) {
    const bytes = await blocks(image, first, Math.min(CHUNK, last - first));
    for (let at = 0; at < bytes.length; at += BLOCK) {
      const isPrimary = bytes[at] === PRIMARY && isVolumeDescriptor(bytes, at);
      const block = first + at / BLOCK;
      if (isPrimary && (await isSession(image, block, bytes.subarray(at, at + BLOCK)))) return block;
    }
  }
  return undefined;
}

/** Whether its root directory comes after it: a disc inside this one, in a file or a partition, counts from its own start. */
async function isSession(image: Source, block: number, descriptor: Uint8Array): Promise<boolean> {
  const { rootRecord } = volumeDescriptor.decode(descriptor);
  const root = isRecord(rootRecord, 0) ? readRecord(rootRecord, 0) : undefined;
  if (!root || root.extent <= block || (root.extent + 1) * BLOCK > image.size) return false;
  const bytes = await blocks(image, root.extent, 1);
  if (!isRecord(bytes, 0)) return false;
  const self = readRecord(bytes, 0);
  return self?.identifier === SELF && self.extent === root.extent;
}

/** The block after the volume whose primary descriptor is at `block`. */
async function endOf(image: Source, block: number): Promise<number | undefined> {
  if ((block + 1) * BLOCK > image.size) return undefined;
  return volumeDescriptor.decode(await blocks(image, block, 1)).spaceSize;
}

async function blocks(image: Source, first: number, count: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(count * BLOCK);
  await image.read(first * BLOCK, bytes);
  return bytes;
}
