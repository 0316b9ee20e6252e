// An upper bound of the size of an image with compressed files.

import { alignDown, divCeil } from '../../bytes/index.js';
import { placeDirectories } from './directories.js';
import { indexSize } from './file-index.js';
import { hasPackedInode } from './head.js';
import type { PlannedImage } from './layout.js';
import { leafHead, ownsContent } from './leaves.js';
import { SEGMENT } from './pack-files.js';

const MAX_COMPACT_FRAGMENTS = 2 ** 32;

/**
 * No compressed file takes more blocks than stored, except one more if its end is stored in two. Blocks of inodes are filled to more than
 * half, except one in each run.
 */
export function sizeLimitOf(image: PlannedImage): number {
  const { inodes, options, headBlocks } = image;
  const { blockSize } = options;
  const mayBeCompact = options.compactIndex && isInLine(image);
  let data = 0;
  let records = 0;
  for (let index = 0; index < inodes.leaves.length; index++) {
    const leaf = inodes.leaves[index]!;
    const head = leafHead(image, leaf);
    const isFile = leaf.kind === 'file';
    const inBlocks = divCeil(head.length, blockSize) + (isFile ? 1 : 0);
    const whole =
      inBlocks * blockSize +
      roomOf(head.size + (isFile ? indexSize(head.size, head.length, options, mayBeCompact) : 0), blockSize);
    const split = alignDown(head.length, blockSize) + roomOf(head.size + (head.length % blockSize), blockSize);
    const most = Math.max(whole, split);
    data += ownsContent(image, index) ? most : 0;
    records += ownsContent(image, index) ? 0 : most;
  }
  const runs = 2 * blockSize + divCeil(data + records, 8);
  const directories = placeDirectories(image, 0, new Float64Array(inodes.leaves.length), 0).blocks * blockSize;
  return headBlocks * blockSize + data + records + runs + directories + fragmentLimit(image);
}

/** Whether the data of every file is in line, and fragments are found by 32 bits. */
function isInLine({ options, contentSize }: PlannedImage): boolean {
  return !options.dedupe && contentSize < MAX_COMPACT_FRAGMENTS;
}

/** The size of the hidden file of fragments without the data, which is counted with the files: ends of segments, a full index. */
function fragmentLimit({ options, contentSize }: PlannedImage): number {
  if (!hasPackedInode(options)) return 0;
  const { blockSize } = options;
  const size = options.fragments ? contentSize : 0;
  return (divCeil(size, SEGMENT) + 1) * 2 * blockSize + roomOf(indexSize(64, size, options, false) + 64, blockSize);
}

function roomOf(size: number, blockSize: number): number {
  return size > blockSize / 2 ? divCeil(size, blockSize) * blockSize : 2 * size;
}
