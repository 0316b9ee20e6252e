// Checksum tags of libisofs (doc/checksums.txt): blocks with checksums of all blocks before them, each with the place of the next one. No
// directory shows them, and xorriso refuses a disc with wrong ones.

import { byteStringOf } from '../../bytes/index.js';
import { BLOCK, SYSTEM_AREA_BLOCKS } from '../../format/iso9660/index.js';
import { bytesAt, type Source } from '../../io/index.js';

const TAG = /^libisofs_(?:\w+_)?checksum_tag_v1 pos=(\d+) [^\n]*self=[0-9a-f]{32}\n/;
/** The first one comes after the volume descriptors, in the first 64 KiB. */
const LAST_START = 32;
const MOST_TAGS = 8;

/** The blocks of all tags; none on a disc without them. */
export async function checksumTags(image: Source): Promise<number[]> {
  const found: number[] = [];
  for (let block = SYSTEM_AREA_BLOCKS; block < LAST_START && found.length === 0; block++) {
    let next: number | undefined = block;
    while (next !== undefined && !found.includes(next) && found.length < MOST_TAGS) {
      const tag = await tagAt(image, next);
      if (!tag) break;
      found.push(next);
      next = tag.next;
    }
  }
  return found;
}

async function tagAt(image: Source, block: number): Promise<{ readonly next: number | undefined } | undefined> {
  const bytes = await bytesAt(image, block * BLOCK, BLOCK);
  const match = bytes && TAG.exec(byteStringOf(bytes));
  if (!match || Number(match[1]) !== block) return undefined;
  const next = / next=(\d+) /.exec(match[0])?.[1];
  return { next: next === undefined ? undefined : Number(next) };
}
