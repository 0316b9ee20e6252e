// Where the superblock of an image is. Inodes, directories and files are mixed after it.

import type { Source } from '../../io/index.js';
import type { FormatArea } from '../../tree/index.js';
import { recogniseErofs } from './read.js';
import { SUPERBLOCK_AT, superblock } from './superblock.js';

/** The superblock, and the rest of the volume around its files; nothing of any other image. */
export async function erofsAreas(image: Source): Promise<FormatArea[]> {
  const facts = await recogniseErofs(image);
  if (!facts) return [];
  const end = SUPERBLOCK_AT + superblock.size;
  return [
    { at: SUPERBLOCK_AT, length: superblock.size, kind: 'head', name: 'superblock' },
    { at: end, length: Math.max(0, facts.size - end), kind: 'around', name: 'inodes, directories and file data' },
  ];
}
